"""A model file becomes the model of an execution."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.executions import Run
from core.store import Store
from core.store import models as models_table
from core.store.models import Model
from core.store.snapshots import Snapshot


def keep(
    store: Store,
    run: Run,
    path: Path,
    *,
    family: str,
    snapshot: Snapshot,
    subreddits: int,
    metrics: Mapping[str, Any],
) -> None:
    """Store the file, and record it with the run once that succeeds.

    Args:
        snapshot: whose training posts it learned from, in the lines of its normaliser.
        subreddits: how many it can name.
    """
    size, digest = path.stat().st_size, store.artifacts.put_file(path)
    made = Model(
        execution=run.number,
        digest=digest,
        family=family,
        snapshot=snapshot.digest,
        normaliser=snapshot.normaliser,
        subreddits=subreddits,
    )
    run.outputs = {"model": digest}
    run.metrics = {"subreddits": subreddits, "model_mib": round(size / 2**20, 1), **metrics}
    run.log(f"model {digest}, {run.metrics}")
    run.on_success(lambda session: models_table.insert_model(session, made))
