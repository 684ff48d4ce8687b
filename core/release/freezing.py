"""Freezing a snapshot without losing sight of what is in use.

A model in use may not read the posts of a sealed test split, so freezing would hide its newest
weeks. Before the split is sealed, what is in use predicts the posts that it has not predicted yet,
and those that will be sealed without their labels (docs/decisions/0039-drift.md).
"""

from dataclasses import dataclass
from functools import partial

from core.drift.predicting import bring_up_to_date
from core.errors import SignoffError
from core.progress import Progress, silent
from core.release import aliases
from core.release.released import released_model
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store
from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Frozen:
    """``execution``: that made the snapshot or found it made. ``unpredicted``: version -> why it
    could not predict the newest posts, which are a gap in its drift now.
    """

    snapshot: Snapshot
    execution: int
    unpredicted: dict[str, SignoffError]


def freeze(
    store: Store,
    rules: Rules,
    *,
    name: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Frozen:
    """Freeze as :func:`core.snapshots.create` does, after every version that an alias names has
    predicted the posts that are new to it.

    A version that cannot predict does not stop it. Raises as ``create`` does.
    """
    unpredicted: dict[str, SignoffError] = {}
    snapshot, execution = create(
        store,
        rules,
        name=name,
        force=force,
        before_sealing=partial(_predict, store, unpredicted, progress),
        progress=progress,
    )
    return Frozen(snapshot, execution, unpredicted)


def _predict(
    store: Store, unpredicted: dict[str, SignoffError], progress: Progress, snapshot: Snapshot
) -> None:
    for version in sorted({*aliases.current(store).values()}):
        try:
            model = released_model(store, version)
            bring_up_to_date(store, model, freezing=snapshot, progress=progress)
        except SignoffError as why:
            unpredicted[version] = why
