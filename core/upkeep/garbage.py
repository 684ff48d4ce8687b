"""Removing artifacts that nothing names, and what killed processes left behind.

A run stores artifacts long before the transaction that names them. So what a run that goes on may
have stored is spared, by its time; and because storing an artifact again makes it new, this also
holds for one that was there before. Looking at the time and deleting are one step for those who
store (:meth:`core.store.artifacts.Artifacts.remove_unless_new`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.access.identity import Role
from core.access.transactions import acting
from core.errors import ConflictError
from core.progress import Progress, silent
from core.snapshots import files
from core.store import Store, erasure, executions, references
from core.store.executions import RUNNING
from core.store.inventory import Stored, bytes_in, inventory
from core.store.left_behind import drop_old, left_behind, sweep

SAFE_AGE = timedelta(days=1)
"""How long what nothing names is kept after it was stored, and after each run that goes on began:
some is stored a moment before its run has a row, and clocks are set."""
_ALONE = "garbage"
_EVERY = 100


@dataclass(frozen=True, slots=True)
class Amount:
    """``count`` files or folders, of ``size`` bytes together."""

    count: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was removed or, of a dry run, would be.

    ``spared``: artifacts that nothing names, but that a run may have stored that goes on, or that
    were stored less than :data:`SAFE_AGE` ago. ``posts``: files with posts in them that no snapshot
    names any more; ``waiting`` of them have to stay while a run reads a snapshot. ``left_behind``:
    folders of processes that are gone.
    """

    artifacts: Amount
    spared: Amount
    posts: Amount
    waiting: int
    left_behind: Amount


def collect(
    store: Store,
    *,
    dry_run: bool = False,
    age: timedelta = SAFE_AGE,
    progress: Progress = silent,
) -> Collected:
    """Remove what nothing needs. Cut off anywhere, it has removed some of it; the next goes on.

    Args:
        dry_run: remove nothing, and only say what would be.
        age: see :data:`SAFE_AGE`.

    Raises:
        RefusedError: the actor is not an admin; anybody may see what would be removed.
        ConflictError: somebody else is at it.
        StorageError: the disk refuses. What was removed until then was not needed.
    """
    if dry_run:
        return _found(store, time.time(), age)
    with acting(store, Role.ADMIN, to="remove artifacts that nothing needs"):
        pass
    with _alone(store):
        return _removed(store, age, progress)


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    if (sign := store.presence.enter_alone(_ALONE)) is None:
        raise ConflictError(
            "Another process is removing what nothing needs from this workspace",
            "Wait until it has finished; if it stands still, end it.",
        )
    with sign:
        yield


def _found(store: Store, now: float, age: timedelta) -> Collected:
    since = _spared_since(store, now, age)
    unnamed, posts = _unnamed(store)
    old = {digest: file for digest, file in unnamed.items() if file.at < since}
    folders = left_behind(store.artifacts.root)
    return Collected(
        artifacts=_amount(old),
        spared=Amount(
            len(unnamed) - len(old), sum(f.size for d, f in unnamed.items() if d not in old)
        ),
        posts=_amount(posts),
        waiting=0,
        left_behind=Amount(len(folders), sum(map(bytes_in, folders))),
    )


def _removed(store: Store, age: timedelta, progress: Progress) -> Collected:
    since = _spared_since(store, _now(store), age)
    unnamed, posts = _unnamed(store)
    waiting = files.clear(store)
    removed = spared = Amount()
    for done, (digest, file) in enumerate(unnamed.items()):
        if done % _EVERY == 0:
            progress("Removing artifacts", done, len(unnamed))
        size = store.artifacts.remove_unless_new(digest, before=since)
        if size is None:
            spared = Amount(spared.count + 1, spared.size + file.size)
        else:
            removed = Amount(removed.count + 1, removed.size + size)
    folders = _measured(left_behind(store.artifacts.root))
    sweep(store.artifacts.root)
    drop_old(store.artifacts.root)
    gone = {folder: size for folder, size in folders.items() if not folder.exists()}
    left = inventory(store.artifacts.root)
    return Collected(
        artifacts=removed,
        spared=spared,
        posts=_amount({digest: file for digest, file in posts.items() if digest not in left}),
        waiting=waiting,
        left_behind=Amount(len(gone), sum(gone.values())),
    )


def _unnamed(store: Store) -> tuple[dict[str, Stored], dict[str, Stored]]:
    """What is there and nothing names, without files with posts; and of those, which are unneeded.

    Files with posts are written down before they are made: erasing knows which of them go.
    """
    there = inventory(store.artifacts.root)  # first: what is stored from now on is not in it
    with store.read() as session:
        named = references.required(session).keys() | references.mentioned(session)
        with_posts = erasure.split_files(session)
        unneeded = erasure.unnamed_split_files(session)
    kept = named | with_posts
    unnamed = {digest: file for digest, file in there.items() if digest not in kept}
    return unnamed, {digest: there[digest] for digest in unneeded if digest in there}


def _spared_since(store: Store, now: float, age: timedelta) -> float:
    """What was stored from this moment on may still be needed.

    To be asked before what is named: a run that ends in between is in one of the two.
    """
    with store.read() as session:
        running = executions.listing(session, statuses=(RUNNING,))
    began = [
        moment
        for run in running
        if store.presence.is_alive(run.process)
        for moment in (run.started_at.timestamp(), store.presence.since(run.process))
        if moment is not None
    ]
    return min([now, *began]) - age.total_seconds()


def _now(store: Store) -> float:
    """What the clock of the artifacts' file system shows, which may be another machine's."""
    with store.artifacts.scratch() as folder:
        return folder.stat().st_mtime


def _amount(found: dict[str, Stored]) -> Amount:
    return Amount(len(found), sum(file.size for file in found.values()))


def _measured(folders: list[Path]) -> dict[Path, int]:
    return {folder: bytes_in(folder) for folder in folders}
