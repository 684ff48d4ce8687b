"""The newest complete window, of one model or new to two. Reads what is stored."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from core.arrays import Bools
from core.drift.alarms import FEWEST
from core.drift.figures import ENOUGH
from core.drift.reading import table_of
from core.drift.report import state_of
from core.drift.results import Measured, NewestWindow, NoNewestWindow, State
from core.drift.stored import Watched
from core.drift.tables import DriftTable, joined
from core.drift.windows import Edges, Window, edges, months_of
from core.stats.shares import paired_difference
from core.store import Store
from core.store.models import Model


def newest_window(
    store: Store,
    baseline: Model,
    candidate: Model,
    *,
    window: Window = Window.WEEK,
    now: datetime | None = None,
) -> NewestWindow | NoNewestWindow | None:
    """How the accuracy of two models differs on the newest window that is complete for both.

    Args:
        now: with its time zone. Default: the clock is read.

    Returns:
        None where new posts were not predicted with both.
    """
    watched = [Watched(store, model) for model in (baseline, candidate)]
    if not all(each.looked_through for each in watched):
        return None
    for begins, (ours, theirs) in _complete(watched, window, now):
        found = _compared(ours, theirs)
        if found is not None:
            posts, change = found
            return NewestWindow(window=window, begins=begins, posts=posts, change=change)
    return NoNewestWindow(
        f"no complete {window} has come yet since the snapshots of both models ended."
    )


def newest_complete(
    watched: Watched, window: Window, *, now: datetime | None = None
) -> tuple[int, DriftTable] | None:
    """The first moment and the posts of a model's newest complete window with labels; None
    without one.

    Args:
        now: with its time zone. Default: the clock is read.
    """
    for begins, (posts,) in _complete([watched], window, now):
        if len(posts.labelled) >= ENOUGH * len(posts):
            return begins, posts
    return None


def _complete(
    models: Sequence[Watched], window: Window, now: datetime | None
) -> Iterator[tuple[int, list[DriftTable]]]:
    """The windows that are complete for all models, the newest first, and their posts of each."""
    moment = int((now or datetime.now(UTC)).timestamp())
    sides = [_Side(each) for each in models]
    newest = min(each.newest or 0 for each in models)
    every = edges(max(each.since for each in models), newest, window)
    for span in zip(every.begins.tolist()[::-1], every.ends.tolist()[::-1], strict=True):
        found = [side.complete(*span, now=moment) for side in sides]
        complete = [posts for posts in found if posts is not None]
        if len(complete) == len(sides):
            yield span[0], complete


class _Side:
    """One model; the tables of its months are read once each."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._months: dict[str, DriftTable] = {}

    def complete(self, begins: int, ends: int, *, now: int) -> DriftTable | None:
        """The posts of a window; None where it is not complete."""
        (months,) = months_of(Edges(np.array([begins]), np.array([ends])))
        stored = [month for month in dict.fromkeys(months) if month in self._watched.files]
        tables = [self._month(month) for month in stored]
        posts = [
            table.taken((table.created >= begins) & (table.created < ends)) for table in tables
        ]
        state = state_of(
            begins,
            ends,
            sum(map(len, posts)),
            since=self._watched.since,
            newest=self._watched.newest or 0,
            now=now,
            hidden=self._watched.sealed.within(begins, ends),
        )
        return joined(posts) if state == State.COMPLETE else None

    def _month(self, month: str) -> DriftTable:
        if month not in self._months:
            self._months[month] = table_of(self._watched.store, self._watched.files[month])
        return self._months[month]


def _compared(baseline: DriftTable, candidate: DriftTable) -> tuple[int, Measured] | None:
    """Labelled posts that both have, and the change of accuracy; None where they are too few."""
    baseline, candidate = baseline.labelled, candidate.labelled
    _, ours, theirs = np.intersect1d(
        baseline.said.post_id.astype(str), candidate.said.post_id.astype(str), return_indices=True
    )
    if len(ours) < FEWEST:
        return None
    return len(ours), change_of_accuracy(baseline.said.right[ours], candidate.said.right[theirs])


def change_of_accuracy(baseline: Bools, candidate: Bools) -> Measured:
    """From the first model to the second, on the same n posts, shape (n,), with Tango's interval.

    Pure. ``baseline``, ``candidate``: whether each post is right.
    """
    lost, won = int((baseline & ~candidate).sum()), int((candidate & ~baseline).sum())
    n = np.asarray(len(baseline))
    low, high = paired_difference(np.asarray(lost), np.asarray(won), n).tolist()
    return Measured((won - lost) / len(baseline), (low, high))
