"""Days without anything, among days that mostly bring something: chance, or is it missing?

A run of g empty days is called a gap if it is improbable given the days around it. Let p be the
chance of an empty day; then g in a row have p^g, and Bonferroni's inequality over every day that
is looked at keeps the chance of a single false call below the level.

p is estimated from the 28 days before the run and, apart, from the 28 after it, and the larger
counts: whoever falls asleep for good, or wakes up, has no gap. Of each side it is again the larger
of two. One is the share of its days that are empty, plus one standard error, since of many quiet
weeks some are lively by chance. The other is what a negative binomial with the mean and variance of
its days gives (method of moments, Anscombe 1950; Poisson where the variance is no larger than the
mean): counts of posts are burstier than Poisson's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats, Int64s

LEVEL = 0.05
SIDE = 28
"""Days on either side that say what is usual: four whole weeks."""
SHORTEST_SIDE = 14
"""With fewer days on a side, as near the first and the last, nothing is called."""
FEWEST_BUSY = 7
"""Nor with fewer days on a side that are not empty: their share says too little."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The runs that are called, each array of shape (gaps,), in the order of time.

    ``start``: the position of the first empty day. ``days``: how many. ``expected``: what would
    have come in them at the rate of the quieter side. ``p_value``: adjusted for all days that were
    looked at.
    """

    start: Int64s
    days: Int64s
    expected: Floats
    p_value: Floats


def find_gaps(counts: Int64s, *, looked_at: int, level: float = LEVEL) -> Gaps:
    """The gaps in a row of daily counts.

    Args:
        counts: shape (days,), from the first day with a count to the last one.
        looked_at: days in all rows that are searched together, this one included.
        level: chance of a false call anywhere, if all days are as those around them.
    """
    edges = np.diff((counts == 0).astype(np.int8), prepend=0, append=0)
    start, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    sums = _Sums.of(counts)
    before = sums.between(np.maximum(start - SIDE, 0), start)
    after = sums.between(end, np.minimum(end + SIDE, len(counts)))
    days = end - start
    chance = np.maximum(_log_chance_of_none(before), _log_chance_of_none(after))
    log_p = np.minimum(days * chance + np.log(looked_at), 0.0)
    told = before.tells & after.tells
    called = told & (log_p < np.log(level))
    rate = np.minimum(before.mean, after.mean)
    return Gaps(
        start=start[called],
        days=days[called],
        expected=(days * rate)[called],
        p_value=np.exp(log_p[called]),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """What the days next to each run hold; arrays of shape (runs,)."""

    days: Int64s
    mean: Floats
    variance: Floats
    empty: Int64s
    """How many of the days are."""

    @property
    def tells(self) -> Bools:
        """Whether it is enough to say what is usual."""
        told: Bools = (self.days >= SHORTEST_SIDE) & (self.days - self.empty >= FEWEST_BUSY)
        return told


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums up to each day, so that those of any stretch are a difference."""

    counts: Int64s
    squares: Int64s
    empty: Int64s

    @classmethod
    def of(cls, counts: Int64s) -> "_Sums":
        wide = counts.astype(np.int64)
        return cls(*(_cumulated(values) for values in (wide, wide**2, wide == 0)))

    def between(self, low: Int64s, high: Int64s) -> _Side:
        """The days from ``low`` to before ``high``; never none of them."""
        days = high - low
        total = self.counts[high] - self.counts[low]
        squares = self.squares[high] - self.squares[low]
        mean = total / days
        variance = (squares - total * mean) / np.maximum(days - 1, 1)
        return _Side(days, mean, variance, self.empty[high] - self.empty[low])


def _cumulated(values: NDArray[np.generic]) -> Int64s:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values, dtype=np.int64)])


def _log_chance_of_none(side: _Side) -> Floats:
    """Logarithm of the chance that one day is empty."""
    spread = np.maximum(side.variance / np.maximum(side.mean, 1e-300), 1.0)
    excess = np.maximum(spread - 1.0, 1e-12)
    # Negative binomial: (1 + mean / r)^-r with r = mean / (spread - 1); its limit is Poisson's.
    by_model = -side.mean * np.log1p(excess) / excess
    share = side.empty / side.days
    with np.errstate(divide="ignore"):
        by_share = np.log(share + np.sqrt(share * (1 - share) / side.days))
    chance: Floats = np.maximum(by_model, by_share)
    return chance
