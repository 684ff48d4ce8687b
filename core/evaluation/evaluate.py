"""Evaluating one model on one split, recorded."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from core import executions
from core.arrays import Bools
from core.evaluation import prediction_table as tables
from core.evaluation.aggregate import aggregate
from core.evaluation.predict import predict
from core.evaluation.prediction_table import PredictionTable
from core.evaluation.results import EvaluationSummary
from core.executions import Run, Step, run_cached
from core.executions.history import made_none
from core.progress import Progress, silent
from core.snapshots.content import SplitFile
from core.snapshots.read import READING, open_split, require_open
from core.store import Store
from core.store import models as models_table
from core.store import snapshots as snapshots_table
from core.store.frames import put_frame, put_record, read_record
from core.store.models import Evaluation, Model
from core.store.snapshots import Snapshot
from core.training.calibration import calibrates
from core.training.families import kind
from core.training.load import load, loader, require_readable
from core.training.posts import ids_of

STEP = Step(
    "evaluate",
    code=(
        "core.batches",
        "core.evaluation",
        "core.training",
        "core.invisible",
        "core.text",
        "core.stats.calibration",
        "core.stats.classification",
        "core.stats.curve",
        "core.stats.figures",
        "core.stats.predictions",
        "core.stats.scores",
        "core.metrics",
        "core.records",
        "core.store.frames",
        *READING,
    ),
)
TOP = 5
"""Predictions kept of each post."""


def evaluate(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    *,
    split: str = "valid",
    force: bool = False,
    progress: Progress = silent,
) -> Evaluation:
    """Apply ``model`` to a split of ``snapshot``, or give back the evaluation already made.

    Raises:
        RefusedError: the split is the sealed test, or of a normaliser that the model cannot read.
        CorruptArtifactError: the model or the split is not what was stored.
    """
    require_open(split)
    read = partial(open_split, store, snapshot, split)
    return _evaluation(store, model, snapshot, split, read, force=force, progress=progress)


def evaluate_unsealed(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    data: SplitFile,
    *,
    progress: Progress = silent,
) -> Evaluation:
    """Apply ``model`` to the test split of ``snapshot``, or give back the evaluation already made.

    Args:
        data: the split in memory. Only a recorded opening is given it.

    Raises as :func:`evaluate` does.
    """
    return _evaluation(store, model, snapshot, "test", lambda: data, progress=progress)


def _evaluation(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    split: str,
    read: Callable[[], SplitFile],
    *,
    force: bool = False,
    progress: Progress,
) -> Evaluation:
    require_readable(model, snapshot.normaliser)
    params = {"split": split, "k": TOP}
    inputs = {"model": model.digest, "training": model.execution, "snapshot": snapshot.digest}
    judge = partial(_evaluate, store, model, snapshot, split, read, progress=progress)
    packages = kind(model.family).packages
    made = run_cached(
        store, STEP, judge, params=params, inputs=inputs, force=force, packages=packages
    )
    return of_execution(store, made.number)


def _evaluate(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    split: str,
    read: Callable[[], SplitFile],
    run: Run,
    *,
    progress: Progress,
) -> None:
    data = read()
    hint = kind(model.family).memory_hint
    made_by = loader(store, model, lines=snapshot.normaliser)
    table = predict(made_by, data, k=TOP, memory_hint=hint, progress=progress)
    with store.read() as session:
        trained_on = snapshots_table.get(session, model.snapshot)
    seen = 0.0
    if trained_on is not None:
        chosen = executions.get(store, model.execution)
        learned, later = ids_of(store, trained_on, chosen.params)
        if chosen.metrics.get("calibrated_on"):
            table = replace(table, calibrated=_calibrated(later, data))
        seen = _seen(learned, data)
    aggregates = aggregate(table)
    metrics = aggregates.metrics | {"seen_in_training": seen}
    made = Evaluation(
        execution=run.number,
        model_execution=model.execution,
        snapshot=snapshot.digest,
        split=split,
        posts=len(data),
        k=TOP,
        metrics=metrics,
        predictions=store.artifacts.put_bytes(tables.to_parquet(table)),
        subreddits=put_frame(store.artifacts, aggregates.subreddits),
        summary=put_record(store.artifacts, aggregates.summary),
    )
    run.outputs = {
        "predictions": made.predictions,
        "subreddits": made.subreddits,
        "summary": made.summary,
    }
    run.metrics = metrics
    run.log(f"{len(data)} posts of {split}: {metrics}")
    run.on_success(lambda session: models_table.insert_evaluation(session, made))


def _calibrated(validated_on: pa.ChunkedArray, data: SplitFile) -> Bools | None:
    """The posts that the model's probabilities were calibrated on; None: no post."""
    held: Bools = pc.is_in(data.ids, value_set=validated_on).to_numpy()
    calibrated = held & calibrates(data.ids.to_pylist())
    return calibrated if calibrated.any() else None


def _seen(trained_on: pa.ChunkedArray, data: SplitFile) -> float:
    """Share of the posts that a model was trained on: above 0, its scores are too optimistic."""
    seen: float = pc.mean(pc.is_in(data.ids, value_set=trained_on)).as_py() if len(data) else 0.0
    return seen


def of_execution(store: Store, number: int) -> Evaluation:
    """The evaluation that execution ``number`` made.

    Raises:
        NotFoundError: no such execution, or it was none.
    """
    with store.read() as session:
        evaluation = models_table.evaluation(session, number)
    if evaluation is None:
        raise made_none(store, number, thing="evaluation", kind="evaluate")
    return evaluation


def summary_of(store: Store, evaluation: Evaluation) -> EvaluationSummary:
    """Curves and confusions of an evaluation."""
    return read_record(store.artifacts, evaluation.summary, EvaluationSummary)


def predictions(store: Store, evaluation: Evaluation) -> PredictionTable:
    """The verified prediction table of an evaluation."""
    return tables.from_parquet(store.artifacts.read(evaluation.predictions))


def labels_of(store: Store, model: Model) -> tuple[str, ...]:
    """The subreddits that a model can name; loads it only if it was never evaluated."""
    with store.read() as session:
        made = models_table.evaluations(session, model_executions=[model.execution])
    if not made:
        return load(store, model, lines=model.normaliser).labels
    return tables.labels_in(store.artifacts.open(made[0].predictions))
