"""What a model of a backtest says of the posts after its cut-off, kept as drift keeps predictions.

Once for each model: the second time, nothing is predicted.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from core.access.transactions import WITHIN_A_RUN, unattended
from core.drift.applying import applied
from core.drift.tables import DriftTable, by_month, joined, to_parquet
from core.drift.training_words import training_words
from core.evaluation.evaluate import TOP
from core.executions import Run, Step, get, run_cached
from core.progress import Progress, silent
from core.snapshots.content import SplitData
from core.snapshots.files import keep
from core.snapshots.read import READING
from core.store import Store
from core.store import drift as drift_table
from core.store.drift import REFERENCE, DriftFile
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.text import words_of
from core.training.calibration import calibrates
from core.training.earlier import earlier
from core.training.families import kind
from core.training.load import require_readable

STEP = Step(
    "predict",
    code=(
        "core.batches",
        "core.drift.applying",
        "core.drift.replay",
        "core.drift.tables",
        "core.drift.texts",
        "core.drift.training_words",
        "core.evaluation",
        "core.invisible",
        "core.snapshots.files",
        "core.store.drift",
        "core.store.erasure",
        "core.text",
        "core.training",
        *READING,
    ),
)
AT_ONCE = 200_000
"""Posts that are predicted together."""


def replay(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    posts: SplitData,
    *,
    before: int,
    seed: int | None = None,
    progress: Progress = silent,
) -> int:
    """Predict the validation posts of a model and all later ones; the execution that did it.

    They are kept as :func:`core.drift.reading.read` reads them.

    Args:
        posts: all open posts of the snapshot, of :func:`core.training.earlier.open_posts`.
        before, seed: with which the model was trained, see :func:`core.training.earlier.earlier`.
            With a seed, validation posts are predicted alone.

    Raises:
        RefusedError: the model cannot read lines of the snapshot; or the actor is not a reviewer.
    """
    inputs = {"model": model.digest, "training": model.execution, "snapshot": snapshot.digest}
    work = partial(
        _predict, store, model, snapshot, posts, before=before, seed=seed, progress=progress
    )
    return run_cached(
        store,
        STEP,
        work,
        params={"k": TOP},
        inputs=inputs,
        check=partial(require_readable, model, snapshot.normaliser),
        packages=kind(model.family).packages,
    ).number


def _predict(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    posts: SplitData,
    run: Run,
    *,
    before: int,
    seed: int | None,
    progress: Progress,
) -> None:
    known = earlier(posts, before=before, seed=seed)
    later = posts.among((posts.created >= before) & (seed is None))
    words = training_words([[words_of(line) for line in known.train.lines]])

    def said_of(some: SplitData) -> DriftTable:
        return applied(store, model, some, words, lines=snapshot.normaliser, progress=progress)

    tables = {REFERENCE: _calibrated(store, model, said_of(known.valid))}
    for start in range(0, len(later), AT_ONCE):
        some = later.taken(np.arange(start, min(start + AT_ONCE, len(later))))
        for month, table in by_month(said_of(some)).items():
            parts = [tables[month], table] if month in tables else [table]
            tables[month] = joined(parts)
    files = [
        DriftFile(
            model=model.digest,
            part=part,
            file=keep(store, to_parquet(table), run),
            posts=len(table),
            newest=int(table.created.max()),
            execution=run.number,
            erased_until=snapshot.erased_until,
        )
        for part, table in tables.items()
    ]
    run.outputs = {file.part: file.file for file in files}
    run.metrics = {"predicted": sum(file.posts for file in files)}
    run.log(f"{len(known.valid)} validation posts, {len(later)} later ones")
    with unattended(store, because=WITHIN_A_RUN) as session:
        drift_table.put_files(session, files)


def _calibrated(store: Store, model: Model, table: DriftTable) -> DriftTable:
    """The table with the posts marked that the model's probabilities were calibrated on."""
    if not get(store, model.execution).metrics.get("calibrated_on"):
        return table
    marked = calibrates(table.said.post_id.tolist())
    return replace(table, said=replace(table.said, calibrated=marked))
