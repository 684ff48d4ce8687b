"""Comparing two evaluations, recorded once per pair."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from core.comparison.align import on_common_posts
from core.comparison.difference import Side, difference
from core.comparison.noise import NoiseBand, combined, noise_of
from core.comparison.noise import newest as newest_noise
from core.comparison.results import ComparisonSummary, NoiseSource, NoiseSources
from core.comparison.topics import read_topics, topics_file
from core.errors import InputError, NotFoundError, RefusedError
from core.evaluation import evaluate
from core.evaluation.aggregate import aggregate
from core.evaluation.prediction_table import PredictionTable
from core.executions import Run, Step, cached, get, run_cached
from core.executions.history import made_none
from core.hints import Command, Hint
from core.snapshots.read import READING, find, load_attributes
from core.stats.bootstrap import RESAMPLES
from core.store import Store
from core.store import models as models_table
from core.store.frames import put_frame, put_record, read_frame, read_record
from core.store.models import Comparison, Evaluation, Model
from core.training.train import of_execution as model_of

STEP = Step(
    "compare",
    code=(
        "core.comparison",
        "core.evaluation.aggregate",
        "core.evaluation.prediction_table",
        "core.evaluation.results",
        "core.stats",
        "core.metrics",
        "core.records",
        "core.store.frames",
        "core.training.several",
        *READING,
    ),
)
_PARAMS = {"resamples": RESAMPLES, "seed": 0}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two evaluations to be compared."""

    baseline: Evaluation
    candidate: Evaluation

    @property
    def one_split(self) -> bool:
        """Whether both are of the same split, so that a post which only one has was erased."""
        return (self.baseline.snapshot, self.baseline.split) == (
            self.candidate.snapshot,
            self.candidate.split,
        )

    @property
    def one_model(self) -> bool:
        """Whether one model is compared on two sets of posts."""
        return self.baseline.model_execution == self.candidate.model_execution

    @property
    def sealed(self) -> bool:
        """Whether a side is of a sealed test split: only an opening compares those."""
        return "test" in (self.baseline.split, self.candidate.split)


def pair(store: Store, baseline: int, candidate: int) -> Pair:
    """The evaluations that two execution numbers mean.

    An evaluation means itself. A training means its evaluation on the validation split: of the
    candidate's snapshot where both models have one there (then the comparison is paired), else
    each of its own.

    Raises:
        NotFoundError: no such execution, or a training that was never evaluated.
        InputError: an execution of another kind, or twice the same.
    """
    second = evaluation_of(store, candidate)
    first = evaluation_of(store, baseline, snapshot=second.snapshot)
    if first.execution == second.execution:
        raise InputError("Both are the same evaluation", "Choose two different ones.")
    return Pair(first, second)


def compare(
    store: Store, chosen: Pair, *, attributes: pd.DataFrame | None = None, force: bool = False
) -> Comparison:
    """Compare, or give back the comparison already made.

    Args:
        attributes: what describes the posts of a test split, which only its opening knows (see
            :func:`core.snapshots.read.load_attributes`). Of other splits they are read.

    Raises:
        RefusedError: of a test split, without its attributes, and no opening compared the two.
        CorruptArtifactError, NotFoundError: a prediction table is damaged or missing.
    """
    if chosen.sealed:
        earlier = None if force else kept(store, chosen)
        if earlier is not None:
            return earlier
        if attributes is None:
            require_unsealed(chosen)
    made = run_cached(
        store,
        STEP,
        partial(_compare, store, chosen, attributes),
        params=_PARAMS,
        inputs=inputs_of(store, chosen),
        force=force or chosen.sealed,
    )
    return of_execution(store, made.number)


def _compare(store: Store, chosen: Pair, attributes: pd.DataFrame | None, run: Run) -> None:
    models = _models(store, chosen)
    bands = [noise_of(store, model, other_posts=_differ(models)) for model in models]
    if chosen.one_model:  # which was not retrained in between
        bands = [None, None]
    measured = {band.execution: band for band in bands if band}
    result = difference(
        *_sides(store, chosen),
        combined(list(measured.values())),
        attributes=attributes_of(store, chosen) if attributes is None else attributes,
        topics=read_topics(topics_file(store.home)),
    )
    summary = replace(
        result.summary,
        noise=NoiseSources(*map(_source, bands)),
        one_model=chosen.one_model,
    )
    made = Comparison(
        execution=run.number,
        baseline=chosen.baseline.execution,
        candidate=chosen.candidate.execution,
        summary=put_record(store.artifacts, summary),
        changes=put_frame(store.artifacts, result.changes),
        slices=None if result.slices is None else put_frame(store.artifacts, result.slices),
    )
    run.outputs = {"summary": made.summary, "changes": made.changes, "slices": made.slices}
    macro = summary.metrics["f1_macro"]
    run.metrics = {"posts": summary.posts, "f1_macro_difference": macro.difference}
    run.on_success(lambda session: models_table.insert_comparison(session, made))


def kept(store: Store, chosen: Pair) -> Comparison | None:
    """The comparison of this pair that this code has made before, if any.

    Of a test split, the newest that an opening made, by whatever code.
    """
    if chosen.sealed:
        return newest(store, chosen)
    earlier = cached(store, STEP, params=_PARAMS, inputs=inputs_of(store, chosen))
    return of_execution(store, earlier.number) if earlier else None


def newest(store: Store, chosen: Pair) -> Comparison | None:
    """The newest comparison of this pair, whatever code made it."""
    with store.read() as session:
        return models_table.comparison_of(
            session, baseline=chosen.baseline.execution, candidate=chosen.candidate.execution
        )


def of_evaluations(store: Store, evaluations: Sequence[int]) -> list[Comparison]:
    """The newest comparison of each pair that has one of these evaluations on a side, newest
    first.
    """
    with store.read() as session:
        return models_table.comparisons_of(session, evaluations)


def of_execution(store: Store, number: int) -> Comparison:
    """The comparison that execution ``number`` made.

    Raises:
        NotFoundError: no such execution, or it was none.
    """
    with store.read() as session:
        comparison = models_table.comparison(session, number)
    if comparison is None:
        raise made_none(store, number, thing="comparison", kind="compare")
    return comparison


def summary_of(store: Store, comparison: Comparison) -> ComparisonSummary:
    """The numbers of a comparison."""
    return read_record(store.artifacts, comparison.summary, ComparisonSummary)


def changes_of(store: Store, comparison: Comparison) -> pd.DataFrame:
    """One row a subreddit, see :func:`core.comparison.difference.per_subreddit`."""
    return read_frame(store.artifacts, comparison.changes)


def slices_of(store: Store, comparison: Comparison) -> pd.DataFrame | None:
    """How posts fare slice by slice, see :func:`core.comparison.slices.slice_table`."""
    return None if comparison.slices is None else read_frame(store.artifacts, comparison.slices)


def _source(band: NoiseBand | None) -> NoiseSource | None:
    return NoiseSource(band.execution, band.repeats) if band else None


def _models(store: Store, chosen: Pair) -> list[Model]:
    """Baseline and candidate."""
    return [model_of(store, side.model_execution) for side in (chosen.baseline, chosen.candidate)]


def _differ(models: Sequence[Model]) -> bool:
    """Whether they learned from different posts."""
    return len({model.snapshot for model in models}) > 1


def inputs_of(store: Store, chosen: Pair) -> dict[str, int | str | list[int | None] | None]:
    """All that a comparison of this pair rests on now, by number and digest."""
    models = _models(store, chosen)
    noise = [newest_noise(store, model, other_posts=_differ(models)) for model in models]
    return {
        "noise": [one.execution if one else None for one in noise],
        "topics": _topics_digest(store),
        "baseline": chosen.baseline.execution,
        "candidate": chosen.candidate.execution,
        "baseline_predictions": chosen.baseline.predictions,
        "candidate_predictions": chosen.candidate.predictions,
    }


def attributes_of(store: Store, chosen: Pair) -> pd.DataFrame:
    """What describes the posts of the baseline's evaluation, one row each.

    Raises:
        RefusedError: a side is of a test split.
    """
    require_unsealed(chosen)
    return load_attributes(store, find(store, chosen.baseline.snapshot), chosen.baseline.split)


def require_unsealed(chosen: Pair) -> None:
    """Refuse to look into a test split: each opening is one look, and its figures are kept."""
    if chosen.sealed:
        raise RefusedError(
            "Evaluations on a sealed test split are compared only when it is opened, which"
            " stores the figures and never shows a post",
            Hint(
                "Compare the two models on their validation splits.",
                Command(
                    "compare", chosen.baseline.model_execution, chosen.candidate.model_execution
                ),
            ),
        )


def _topics_digest(store: Store) -> str | None:
    """Of the topics file, so that a comparison is made again once it changes."""
    path = topics_file(store.home)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def tables_of(store: Store, chosen: Pair) -> tuple[PredictionTable, PredictionTable]:
    """Both prediction tables; of one split, without posts that were erased in between."""
    baseline, candidate = (
        evaluate.predictions(store, s) for s in (chosen.baseline, chosen.candidate)
    )
    return on_common_posts(baseline, candidate) if chosen.one_split else (baseline, candidate)


def _sides(store: Store, chosen: Pair) -> tuple[Side, Side]:
    before, after = tables_of(store, chosen)
    return _side(store, chosen.baseline, before), _side(store, chosen.candidate, after)


def _side(store: Store, evaluation: Evaluation, table: PredictionTable) -> Side:
    if len(table.label) == evaluation.posts:
        return Side(evaluation.metrics, read_frame(store.artifacts, evaluation.subreddits), table)
    aggregates = aggregate(table)
    seen = evaluation.metrics["seen_in_training"]
    return Side(aggregates.metrics | {"seen_in_training": seen}, aggregates.subreddits, table)


def evaluation_of(store: Store, number: int, *, snapshot: str | None = None) -> Evaluation:
    """The evaluation that an execution number means: itself, or a training's on ``valid``.

    Args:
        snapshot: digest of the one preferred; else the training's own.

    Raises:
        NotFoundError: no such execution, or a training that was never evaluated.
        InputError: an execution of another kind.
    """
    execution = get(store, number)
    if execution.kind == "evaluate":
        return evaluate.of_execution(store, number)
    if execution.kind != "train":
        raise InputError(
            f"Execution #{number} is of kind {execution.kind}",
            "Compare two trainings or two evaluations.",
        )
    model = model_of(store, number)
    with store.read() as session:
        evaluations = models_table.evaluations(session, model_executions=[number], split="valid")
    wanted = (snapshot, model.snapshot)
    best = next((e for where in wanted for e in evaluations if e.snapshot == where), None)
    if best is None:
        raise NotFoundError(
            f"The model of #{number} has not been evaluated on its validation split",
            Hint(
                "Evaluate it first.", Command("evaluate", number, on=f"{model.snapshot[:12]}:valid")
            ),
        )
    return best
