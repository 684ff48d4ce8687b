"""Whether a snapshot is still what was frozen, also where posts of it were erased.

The digest that names a snapshot is computed anew from its files. Of an erased post they hold the
hash of what it was, which takes the place of its text. Digests of format 1 are of the texts
themselves: after an erasure only what stands beside them can be checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from core.errors import CorruptArtifactError, NotFoundError, SignoffError
from core.snapshots.content import Held, Source, held, snapshot_digest
from core.snapshots.splits import SPLITS
from core.snapshots.unsealed import decrypted
from core.store import Store, erasure
from core.store.snapshots import Snapshot
from core.words import count


class State(StrEnum):
    """What can be said of a snapshot."""

    WHOLE = "whole"
    ERASED = "erased"
    """Whole, but for the text of posts that were erased."""
    UNPROVEN = "unproven"
    """Nothing is wrong, and not everything can be checked."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``why``: what is broken or cannot be checked; empty otherwise."""

    snapshot: Snapshot
    state: State
    why: str = ""


def verify(store: Store, snapshot: Snapshot) -> Verdict:
    """Compute the digest of a snapshot anew. Shows nothing of its posts, and is no opening."""
    found: dict[str, Held] = {}
    for split in SPLITS:
        try:
            source = _source(store, snapshot, split)
        except (CorruptArtifactError, NotFoundError) as error:
            return Verdict(snapshot, State.BROKEN, str(error))
        except SignoffError as error:
            return Verdict(snapshot, State.UNPROVEN, str(error))
        found[split] = held(source, version=snapshot.format)
    if wrong := next(_contradictions(store, snapshot, found), None):
        return Verdict(snapshot, State.BROKEN, wrong)
    if any(part.digest is None for part in found.values()):
        return Verdict(
            snapshot,
            State.UNPROVEN,
            "It was frozen by an older Signoff, whose digest is of the texts themselves: since some"
            " were erased, it cannot be computed any more. Its files are those that the erasure"
            " wrote, with as many posts as were frozen.",
        )
    return Verdict(snapshot, State.ERASED if snapshot.erased else State.WHOLE)


def _source(store: Store, snapshot: Snapshot, split: str) -> Source:
    """The verified file of a split; the test split's in memory."""
    if split != "test":
        return store.artifacts.open(getattr(snapshot, split))
    store.artifacts.open(snapshot.sealed_test)
    try:
        return pa.py_buffer(decrypted(store, snapshot).plain)
    except NotFoundError as error:  # the key: the file is there
        raise SignoffError(error.reason, error.hint) from error


def _contradictions(store: Store, snapshot: Snapshot, found: dict[str, Held]) -> Iterator[str]:
    posts = {split: part.posts for split, part in found.items()}
    if posts != snapshot.splits:
        yield f"Its files hold {posts} posts, and {snapshot.splits} were frozen."
    if len({part.labels for part in found.values()}) != 1:
        yield "Its splits do not name the same subreddits."
    erased = {split: len(part.erased) for split, part in found.items() if part.erased}
    if erased != snapshot.erased:
        yield f"In its files {erased} posts are empty, and {snapshot.erased} were erased."
    with store.read() as session:
        ids = [post for part in found.values() for post in part.erased]
        unknown = len(set(ids) - erasure.buried(session, ids))
    if unknown:
        yield f"{count(unknown, 'post')} are empty in its files that nobody erased."
    digests = {split: part.digest for split, part in found.items() if part.digest is not None}
    if len(digests) == len(found) and snapshot.digest != snapshot_digest(
        version=snapshot.format,
        normaliser=snapshot.normaliser,
        rules=snapshot.rules,
        labels=found["train"].labels,
        splits={split: (posts[split], digest) for split, digest in digests.items()},
    ):
        yield "Its posts, labels or rules are not those that its digest was taken of."
