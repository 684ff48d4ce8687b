"""The changes of F1 in bins, by what each is called. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats
from core.comparison.results import BETTER, WORSE

BIN = 0.02
REACH = 7
"""Bins on either side of 0; the outermost hold whatever lies further out."""
WIDTH = 40
"""Signs of the longest bar."""
SIGNS = ("▼", "█", "▲")
"""Worse, not told apart, better: what :attr:`Bin.counts` counts, in its order."""


@dataclass(frozen=True, slots=True)
class Bin:
    """``reach``: from where to where, in words. ``counts``: subreddits called worse, not told
    apart, and called better.
    """

    reach: str
    counts: tuple[int, int, int]

    @property
    def total(self) -> int:
        return sum(self.counts)


def binned(changes: Floats, verdicts: Sequence[object]) -> list[Bin]:
    """The bins from the first to the last that holds a change, the largest losses first.

    Args:
        changes: one or more, shape (n,).
        verdicts: what each is called, n.
    """
    place = np.clip(np.floor(changes / BIN).astype(int), -REACH, REACH - 1)
    kinds = np.array([0 if one == WORSE else 2 if one == BETTER else 1 for one in verdicts])
    counts = np.zeros((2 * REACH, len(SIGNS)), dtype=int)
    np.add.at(counts, (place + REACH, kinds), 1)
    return [
        Bin(_range(here), (int(counts[at, 0]), int(counts[at, 1]), int(counts[at, 2])))
        for here in range(int(place.min()), int(place.max()) + 1)
        for at in [here + REACH]
    ]


def bars(bins: Sequence[Bin]) -> list[tuple[int, ...]]:
    """How many of each of :data:`SIGNS` stand for the counts of each bin.

    A bar is shortened in proportion where more subreddits fall in than there is room for; a kind
    that occurs keeps one sign at least.
    """
    scale = min(1.0, WIDTH / max(each.total for each in bins))
    return [
        tuple(max(1, round(count * scale)) if count else 0 for count in each.counts)
        for each in bins
    ]


def _range(place: int) -> str:
    low, high = (f"{edge * BIN:+.2f}".replace("-", "−") for edge in (place, place + 1))
    if place == -REACH:
        return f"below {high}"
    if place == REACH - 1:
        return f"above {low}"
    return f"{low} to {high}"
