"""Two models on the newest complete window that is new to both. Reads what is stored."""

from datetime import UTC, datetime

import numpy as np

from core.arrays import Bools
from core.drift.alarms import FEWEST
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
    moment = int((now or datetime.now(UTC)).timestamp())
    newest = min(each.newest or 0 for each in watched)
    every = edges(max(each.since for each in watched), newest, window)
    sides = [_Side(each) for each in watched]
    for begins, ends in reversed(
        list(zip(every.begins.tolist(), every.ends.tolist(), strict=True))
    ):
        found = [side.complete(begins, ends, now=moment, window=window) for side in sides]
        if found[0] is not None and found[1] is not None:
            made = _compared(found[0], found[1])
            if made is not None:
                posts, change = made
                return NewestWindow(window=window, begins=begins, posts=posts, change=change)
    return NoNewestWindow(
        f"no complete {window} has come yet since the snapshots of both models ended."
    )


class _Side:
    """One model; the tables of its months are read once each."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._months: dict[str, DriftTable] = {}

    def complete(self, begins: int, ends: int, *, now: int, window: Window) -> DriftTable | None:
        """The posts of a window; None where it is not complete."""
        span = Edges(np.array([begins]), np.array([ends]))
        tables = [
            self._month(month)
            for pair in months_of(span)
            for month in dict.fromkeys(pair)
            if month in self._watched.files
        ]
        whole = joined(tables) if tables else None
        inside = None if whole is None else (whole.created >= begins) & (whole.created < ends)
        state = state_of(
            begins,
            ends,
            0 if inside is None else int(inside.sum()),
            since=self._watched.since,
            newest=self._watched.newest or 0,
            now=now,
            hidden=self._watched.sealed.within(begins, ends),
        )
        if whole is None or inside is None or state != State.COMPLETE:
            return None
        return whole.taken(inside)

    def _month(self, month: str) -> DriftTable:
        if month not in self._months:
            self._months[month] = table_of(self._watched.store, self._watched.files[month])
        return self._months[month]


def _compared(baseline: DriftTable, candidate: DriftTable) -> tuple[int, Measured] | None:
    """Posts that both have, and the change of accuracy; None where they are too few."""
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
