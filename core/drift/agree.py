"""Two models applied to every post that no sealed test split may hold: how far they agree.

Nothing of a single post is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from core.batches import batches
from core.drift.agreement import MONTH, SUBREDDIT, TRAINED, counted, groups, part, summed
from core.drift.agreement_results import Agreement
from core.drift.pending import (
    FUTURE,
    NO_TEXT,
    SEALED,
    Posts,
    is_among,
    latest_moment,
    may_be_sealed,
)
from core.drift.texts import in_memory, said_of, with_text
from core.errors import InputError
from core.evaluation import evaluate
from core.evaluation.evaluate import TOP
from core.evaluation.prediction_table import PredictionTable
from core.executions import Run, Step, get, run_cached
from core.executions.history import listing as executions
from core.hints import Command, Hint
from core.progress import Progress, silent
from core.quality.check import holdings
from core.quality.check import inputs_of as inputs_of_holdings
from core.snapshots.read import READING, find, listing
from core.store import Store
from core.store import drift as drift_table
from core.store.executions import SUCCEEDED, Execution
from core.store.frames import put_record, read_record
from core.store.models import Model
from core.text import NORMALISER
from core.training.families import kind
from core.training.load import require_readable
from core.training.posts import ids_of
from core.training.provenance import handed_in
from core.training.train import of_execution

STEP = Step(
    "agree",
    code=(
        "core.batches",
        "core.comparison.churn",
        "core.drift.agree",
        "core.drift.agreement",
        "core.drift.agreement_results",
        "core.drift.pending",
        "core.drift.texts",
        "core.evaluation",
        "core.invisible",
        "core.records",
        "core.stats.classification",
        "core.stats.intervals",
        "core.stats.paired",
        "core.stats.rank_overlap",
        "core.stats.shares",
        "core.stats.stratified",
        "core.stats.unpaired",
        "core.store.drift",
        "core.store.erasure",
        "core.store.frames",
        "core.text",
        "core.training",
        *READING,
    ),
)
PREDICT = "predict all posts"
"""What who runs it does."""
RESULTS = "agreement"
"""Name of what an execution made."""
AT_ONCE = 100_000
"""Posts whose texts are in memory together."""
_PARAMS = {"k": TOP}
_EVER = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models, not one twice."""

    baseline: Model
    candidate: Model

    @property
    def models(self) -> tuple[Model, Model]:
        return self.baseline, self.candidate


def pair(store: Store, baseline: int, candidate: int) -> Pair:
    """The models that two execution numbers mean: of a training, or of an evaluation.

    Raises:
        NotFoundError: no such execution, or one that made no model.
        InputError: both mean one model.
    """
    chosen = Pair(_model(store, baseline), _model(store, candidate))
    if chosen.baseline.execution == chosen.candidate.execution:
        raise InputError("Both are the same model", "Choose two different ones.")
    return chosen


def agree(
    store: Store, chosen: Pair, *, force: bool = False, progress: Progress = silent
) -> Execution:
    """Predict every post with both models and count, or give back the run that did.

    Raises:
        RefusedError: the actor is not a reviewer; or a model cannot read texts as this Signoff
            normalises them.
        InputError: there are no posts.
    """
    inputs = inputs_of(store, chosen)
    if not inputs["posts"]:
        raise InputError(
            "There are no posts to predict", Hint("Import some first.", Command("import", "FOLDER"))
        )
    return run_cached(
        store,
        STEP,
        partial(_agree, store, chosen, progress=progress),
        params=_PARAMS,
        inputs=inputs,
        force=force,
        check=partial(require_possible, chosen),
        packages=sorted({name for each in chosen.models for name in kind(each.family).packages}),
    )


def require_possible(chosen: Pair) -> None:
    """Refuse models that cannot read texts as this Signoff normalises them.

    Raises:
        RefusedError: one of them cannot.
    """
    for model in chosen.models:
        require_readable(model, NORMALISER)


def inputs_of(store: Store, chosen: Pair) -> dict[str, int | str | list[str] | None]:
    """All that the result rests on now: both models, the posts, and which of them are sealed."""
    with store.read() as session:
        future = drift_table.later(session, latest_moment())
    return {
        "baseline": chosen.baseline.execution,
        "candidate": chosen.candidate.execution,
        "baseline_model": chosen.baseline.digest,
        "candidate_model": chosen.candidate.digest,
        "snapshots": sorted(snapshot.digest for snapshot in listing(store)),
        FUTURE: future,
        **inputs_of_holdings(holdings(store)),
    }


def newest(store: Store, chosen: Pair) -> Execution | None:
    """The newest run of this pair, whatever has come since; None before the first."""
    wanted = (chosen.baseline.digest, chosen.candidate.digest)
    for run in executions(store, kinds=[STEP.kind], status=SUCCEEDED):
        if (run.inputs["baseline_model"], run.inputs["candidate_model"]) == wanted:
            return run
    return None


def results(store: Store, run: Execution) -> Agreement:
    """What an execution of the kind ``agree`` found.

    Raises:
        CorruptArtifactError: it is not what was stored.
    """
    return read_record(store.artifacts, run.outputs[RESULTS], Agreement)


def _model(store: Store, number: int) -> Model:
    if get(store, number).kind == "evaluate":
        number = evaluate.of_execution(store, number).model_execution
    return of_execution(store, number)


def _agree(store: Store, chosen: Pair, run: Run, *, progress: Progress) -> None:
    progress("Reading the posts", 0, None)
    until = latest_moment()
    with store.read() as session:
        stored = Posts.of(
            drift_table.candidates(session, since=_EVER, until=until, written_since=0)
        )
        future = drift_table.later(session, until)
    sealed = may_be_sealed(store, listing(store), stored.ids, stored.created, stored.execution)
    open_ = stored.among(~sealed).in_order
    unknown = [model.execution for model in chosen.models if _seen_elsewhere(store, model) is None]
    counts = summed(list(_counted(store, chosen, open_, _learned(store, chosen), progress)))
    untrained = counts[~counts[TRAINED]]
    posts = int(counts["posts"].sum())
    left_out = {SEALED: int(sealed.sum()), FUTURE: future, NO_TEXT: len(open_) - posts}
    found = Agreement(
        baseline=chosen.baseline.execution,
        candidate=chosen.candidate.execution,
        all=part(counts),
        untrained=part(untrained),
        months=groups(counts, MONTH),
        subreddits=groups(counts, SUBREDDIT),
        unknown=tuple(unknown),
        left_out={reason: number for reason, number in left_out.items() if number},
    )
    run.outputs = {RESULTS: put_record(store.artifacts, found)}
    run.metrics = {"posts": posts, **({"same": found.all.same} if found.all else {})}
    run.log(f"{posts} posts, left out {found.left_out}")


def _counted(
    store: Store, chosen: Pair, posts: Posts, learned: pa.ChunkedArray, progress: Progress
) -> Iterator[pd.DataFrame]:
    """The counts of one part of the posts after the other."""
    predicted = 0

    def predicting(step: str, done: float, total: float | None) -> None:
        progress(step, predicted + done, 2 * len(posts))

    for ids in batches(posts.ids.tolist(), AT_ONCE):
        with store.read() as session:
            data = with_text(drift_table.contents(session, ids))
        if not len(data):
            continue
        file, said = in_memory(data), list[PredictionTable]()
        for model in chosen.models:
            said.append(said_of(store, model, file, lines=NORMALISER, progress=predicting))
            predicted += len(data)
        trained = is_among(np.array(data.ids, dtype=object), learned)
        baseline, candidate = said
        yield counted(baseline, candidate, data.created, trained)


def _learned(store: Store, chosen: Pair) -> pa.ChunkedArray:
    """The ids of all posts that one of the models is known to have been trained on."""
    parts = []
    for model in chosen.models:
        snapshot, params = find(store, model.snapshot), get(store, model.execution).params
        own, _ = ids_of(store, snapshot, params)
        parts += [*own.chunks, pa.array(_seen_elsewhere(store, model) or (), pa.string())]
    return pa.chunked_array(parts, pa.string())


def _seen_elsewhere(store: Store, model: Model) -> tuple[str, ...] | None:
    return handed_in(store, model.family, model.digest)
