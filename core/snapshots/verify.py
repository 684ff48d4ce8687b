"""Whether a snapshot is still what was frozen, also where posts of it were erased.

The digest that names a snapshot is computed again from its files. For an erased post they hold the
hash of what it was, which takes the place of its text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

import pyarrow as pa

from core.errors import CorruptArtifactError, NotFoundError, SignoffError
from core.snapshots import store_texts
from core.snapshots.content import Held, Source, held, snapshot_digest
from core.snapshots.splits import SPLITS
from core.snapshots.unsealed import decrypted, texts_of_store
from core.store import Store, erasure, store_seals
from core.store.snapshots import Snapshot
from core.words import count


class SnapshotState(StrEnum):
    """How sound a snapshot is."""

    WHOLE = "whole"
    ERASED = "erased"
    """Whole, but for the text of posts that were erased."""
    UNPROVEN = "unproven"
    """Nothing is wrong, and not everything can be checked."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class SnapshotCheck:
    """``why``: what is broken or cannot be checked; empty otherwise."""

    snapshot: Snapshot
    state: SnapshotState
    why: str = ""


def verify(store: Store, snapshot: Snapshot) -> SnapshotCheck:
    """Compute the digest of a snapshot again. Shows nothing of its posts, and is not an opening."""
    parts: dict[str, Held] = {}
    for split in SPLITS:
        try:
            source = _source(store, snapshot, split)
        except (CorruptArtifactError, NotFoundError) as error:
            return SnapshotCheck(snapshot, SnapshotState.BROKEN, str(error))
        except SignoffError as error:
            return SnapshotCheck(snapshot, SnapshotState.UNPROVEN, str(error))
        parts[split] = held(source)
    try:
        in_store = _contradictions_of_store(store, snapshot)
    except (CorruptArtifactError, NotFoundError) as error:
        return SnapshotCheck(snapshot, SnapshotState.BROKEN, str(error))
    except SignoffError as error:
        return SnapshotCheck(snapshot, SnapshotState.UNPROVEN, str(error))
    if wrong := next(chain(_contradictions(store, snapshot, parts), in_store), None):
        return SnapshotCheck(snapshot, SnapshotState.BROKEN, wrong)
    return SnapshotCheck(snapshot, SnapshotState.ERASED if snapshot.erased else SnapshotState.WHOLE)


def _source(store: Store, snapshot: Snapshot, split: str) -> Source:
    """The verified file of a split; the test split's in memory."""
    if split != "test":
        return store.artifacts.open(getattr(snapshot, split))
    store.artifacts.open(snapshot.sealed_test)
    try:
        return pa.py_buffer(decrypted(store, snapshot).plain)
    except NotFoundError as error:  # the key: the file is there
        raise SignoffError(error.reason, error.hint) from error


def _contradictions_of_store(store: Store, snapshot: Snapshot) -> list[str]:
    """What does not fit of the texts that are sealed in the store, if they are."""
    with store.read() as session:
        held = store_seals.of_snapshot(session, snapshot.digest)
        posts = store_seals.posts_of(session, held.id) if held else 0
        waiting = erasure.newest(session) > snapshot.erased_until
    if held is None:
        return []
    kept = len(store_texts.ids(texts_of_store(store, snapshot).plain))
    if kept == posts or (waiting and kept > posts):  # the texts of erased posts are still in it
        return []
    return [f"{count(posts, 'post')} are sealed in the store, but their file has {kept:,}."]


def _contradictions(store: Store, snapshot: Snapshot, parts: dict[str, Held]) -> Iterator[str]:
    posts = {split: part.posts for split, part in parts.items()}
    if posts != snapshot.splits:
        yield f"Its files contain {posts} posts, but {snapshot.splits} were frozen."
    if len({part.labels for part in parts.values()}) != 1:
        yield "Its splits do not name the same subreddits."
    erased = {split: len(part.erased) for split, part in parts.items() if part.erased}
    if erased != snapshot.erased:
        yield f"In its files {erased} posts are empty, but {snapshot.erased} were erased."
    with store.read() as session:
        ids = [post for part in parts.values() for post in part.erased]
        unknown = len(set(ids) - erasure.buried(session, ids))
    if unknown:
        yield f"{count(unknown, 'post')} in its files are empty although nobody erased them."
    digest = snapshot_digest(
        normaliser=snapshot.normaliser,
        rules=snapshot.rules,
        labels=parts["train"].labels,
        splits={split: (part.posts, part.digest) for split, part in parts.items()},
    )
    if digest != snapshot.digest:
        yield "Its posts, labels or rules do not match its digest."
