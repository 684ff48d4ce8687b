"""Which posts a model is still to predict.

They are the ones from after its own snapshot that no sealed test split may hold. Which posts a test
split holds is not known without opening it, so every post of its time counts as one that it may
hold, but for posts of its snapshot's own open splits (docs/decisions/0039-drift.md).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.arrays import Bools, Int64s
from core.snapshots.read import OPEN_SPLITS, listing, load_ids
from core.store import Store, erasure
from core.store import drift as drift_table
from core.store.drift import Candidate
from core.store.models import Model
from core.store.snapshots import Snapshot

TOLERANCE = timedelta(days=1)
"""A post may be ahead of this machine's clock by so much; one that is further is left out."""
FUTURE, NO_TEXT, SEALED = "in_the_future", "no_text", "sealed"
"""Why posts are left out; the last: a sealed test split may hold them."""
_LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pending:
    """Posts to predict, oldest first: ``ids`` and ``created`` (epoch seconds), shape (n,).

    ``unlabelled``: which of them are predicted without their label, shape (n,): a snapshot that is
    being frozen may seal them. ``left_out``: reason -> posts. ``sealed``: day -> posts of it that a
    test split may hold.
    ``written_since``: executions from this number on may write more. ``erased_until``: the newest
    tombstone when they were looked for.
    """

    ids: NDArray[np.object_]
    created: Int64s
    unlabelled: Bools
    left_out: dict[str, int]
    sealed: dict[str, int]
    written_since: int
    erased_until: int

    def __len__(self) -> int:
        return len(self.ids)


def watched_since(snapshot: Snapshot) -> int:
    """From which moment on posts are new to the models of a snapshot, in epoch seconds."""
    return min(snapshot.test_span[1], int(snapshot.created_at.timestamp()))


def latest_moment(now: datetime | None = None) -> int:
    """The moment that no post can be from, nor from a later one, in epoch seconds.

    Args:
        now: with its time zone. Default: the clock is read.
    """
    return int(((now or datetime.now(UTC)) + TOLERANCE).timestamp())


def pending(
    store: Store,
    model: Model,
    snapshot: Snapshot,
    *,
    predicted: Callable[[], pa.Array],
    freezing: Snapshot | None = None,
    now: datetime | None = None,
) -> Pending:
    """The posts that ``model`` has not predicted yet.

    Args:
        snapshot: that it was trained on.
        predicted: gives the ids of the posts that it has predicted; asked only if there may be
            posts among them that were written again.
        freezing: a snapshot that is about to exist.
        now: with its time zone. Default: the clock is read.
    """
    until = latest_moment(now)
    snapshots = listing(store)
    with store.read() as session:
        before = drift_table.watched(session, model.digest)
        since = before.written_since if before else 0
        future = drift_table.later(session, until)
        posts = Posts.of(
            drift_table.candidates(
                session, since=watched_since(snapshot), until=until, written_since=since
            )
        )
        unread, erased = drift_table.unread_since(session), erasure.newest(session)
    if len(posts) and before is not None:
        posts = posts.among(~is_among(posts.ids, predicted()))
    sealed = may_be_sealed(store, snapshots, posts.ids, posts.created, posts.execution)
    moments = posts.created[sealed].astype("datetime64[s]")
    days, counts = np.unique(moments.astype("datetime64[D]"), return_counts=True)
    posts = posts.among(~sealed)
    posts = posts.in_order
    return Pending(
        posts.ids,
        posts.created,
        unlabelled=may_be_sealed(
            store, [freezing] if freezing else [], posts.ids, posts.created, posts.execution
        ),
        left_out={FUTURE: future},
        sealed=dict(zip(days.astype(str).tolist(), counts.tolist(), strict=True)),
        written_since=unread,
        erased_until=erased,
    )


def may_be_sealed(
    store: Store,
    snapshots: Sequence[Snapshot],
    ids: NDArray[np.object_],
    created: Int64s,
    execution: Int64s,
) -> Bools:
    """Which posts the sealed test split of any snapshot may hold, shape (n,).

    Args:
        execution: that wrote each post. A snapshot holds no post that came after it; where posts
            claim to be from after the moment it was made, only this tells.
    """
    sealed = np.zeros(len(ids), dtype=np.bool_)
    for snapshot in snapshots:
        begins, ends = snapshot.test_span
        if snapshot.optimistic and not snapshot.rules.get("until"):
            ends = _LATEST  # it draws from everything that was there, whatever its time
        frozen = int(snapshot.created_at.timestamp())
        held = (created < frozen) | (execution <= snapshot.execution)
        inside = (created >= begins) & (created < ends) & held
        if snapshot.optimistic and inside.any():
            for split in OPEN_SPLITS:
                inside &= ~is_among(ids, load_ids(store, snapshot, split))
        sealed |= inside
    return sealed


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of the store: ``ids``, ``created`` (epoch seconds), the ``execution`` that wrote each;
    shape (n,).
    """

    ids: NDArray[np.object_]
    created: Int64s
    execution: Int64s

    @classmethod
    def of(cls, rows: Iterable[Sequence[Candidate]]) -> "Posts":
        """Those of all batches."""
        parts = [list(zip(*some, strict=True)) for some in rows if some]
        ids, created, execution = (
            np.concatenate([np.zeros(0, kind), *(np.array(part[at], kind) for part in parts)])
            for at, kind in enumerate((np.object_, np.int64, np.int64))
        )
        return cls(ids, created, execution)

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, posts: Bools) -> "Posts":
        """Only the posts for which it says so, shape (n,)."""
        return self._taken(np.flatnonzero(posts))

    @property
    def in_order(self) -> "Posts":
        """The same, oldest first."""
        return self._taken(np.lexsort((self.ids.astype(str), self.created)))

    def _taken(self, where: Int64s) -> "Posts":
        return Posts(self.ids[where], self.created[where], self.execution[where])


def is_among(ids: NDArray[np.object_], known: pa.Array | pa.ChunkedArray) -> Bools:
    """Which ids are among ``known``, shape (n,)."""
    found: Bools = pc.is_in(pa.array(ids, pa.string()), value_set=known).to_numpy(
        zero_copy_only=False
    )
    return found
