"""Which windows are further from the reference than they should be. Pure.

The method stands in :mod:`core.stats.monitoring`; docs/decisions/0039-drift.md says why it is this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from core.arrays import Floats, Int64s
from core.drift.results import Distances, Judged
from core.drift.windows import Window, begin_of
from core.stats import monitoring
from core.stats.monitoring import DISTANCES, KS, WASSERSTEIN, Null, Spread, spread_between

LEVEL = 0.05
"""The chance that anything alarms in 26 judged windows although nothing has changed."""
FEWEST = 50
"""Posts that a window or a part of the reference must have to be judged."""
PARTS = 8
"""Parts that the reference is divided into where it has fewer windows than this."""
INDEPENDENT = 2
"""The three distances alarm together so often that they count as two, by simulation
(bench/drift_alarms.py).
"""
SEED = 0
"""So that one reference always gives one level."""
Part: TypeAlias = "slice[int, int, None]"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a reference tells of the distances that windows have without a change.

    ``p_at_1``: of all its posts, sorted. ``spread``: what its parts tell of how windows differ.
    ``ks``, ``wasserstein``, ``psi``: how these distances are distributed, the last by the size of
    the sample, and ``levels`` by that and the chance, as far as they were asked for.
    """

    p_at_1: Floats
    spread: Spread
    ks: Null
    wasserstein: Null
    psi: dict[int, Null]
    levels: dict[tuple[int, float], Distances]

    @property
    def parts(self) -> int:
        """How many it was divided into."""
        return self.spread.parts

    def null(self, name: str, n: int) -> Null:
        """How the distance of a sample of n is distributed."""
        if name == KS:
            return self.ks
        if name == WASSERSTEIN:
            return self.wasserstein
        about = int(float(f"{n:.1e}"))  # it hardly depends on n
        if about not in self.psi:
            rng = np.random.default_rng(SEED)
            self.psi[about] = monitoring.psi_null(self.p_at_1, about, rng=rng)
        return self.psi[about]

    def judge(self, found: Distances, *, posts: int, look: int, level: float = LEVEL) -> Judged:
        """Whether the distances of a window of so many posts alarm.

        Args:
            look: 1 of the first window that is judged, 2 of the next, and so on.
            level: the chance of any false alarm in 26 looks.
        """
        levels = self._levels(posts, level)
        alarms = tuple(name for name in DISTANCES if getattr(found, name) > getattr(levels, name))
        return Judged(look=look, levels=levels, alarms=alarms)

    def _levels(self, posts: int, level: float) -> Distances:
        if (posts, level) not in self.levels:
            size = float(monitoring.effective(posts, len(self.p_at_1)))
            chance = monitoring.allowed(level, self.parts) / INDEPENDENT
            of = {
                name: monitoring.level_of(name, chance, size, self.null(name, posts), self.spread)
                for name in DISTANCES
            }
            self.levels[posts, level] = Distances(**of)
        return self.levels[posts, level]


def calibrated(p_at_1: Floats, created: Int64s, window: Window) -> Calibration | None:
    """The calibration of a reference; None where it has too few posts for :data:`PARTS` parts.

    Args:
        p_at_1, created: of its posts, in the order of time; shape (n,).
    """
    parts = parts_of(created, window)
    if not parts:
        return None
    whole = np.sort(p_at_1)
    area = monitoring.wasserstein_null(whole, rng=np.random.default_rng(SEED))
    return Calibration(whole, spread_of(p_at_1, parts), monitoring.kolmogorov(whole), area, {}, {})


def spread_of(values: Floats, parts: Sequence[Part]) -> Spread:
    """What parts, two or more, tell of how the means of windows differ without a change.

    Args:
        values: of the posts, in the order of time; shape (n,).
    """
    sizes = np.array([part.stop - part.start for part in parts])
    sums = np.array([values[part].sum() for part in parts])
    apart = sums / sizes - (values.sum() - sums) / (len(values) - sizes)
    return spread_between(apart, sizes, variance=float(values.var()))


def parts_of(created: Int64s, window: Window) -> Sequence[Part]:
    """The windows of posts in the order of time, if they are :data:`PARTS` or more of enough posts;
    else as many parts of equal size, one after the other; none where these would be too small.
    """
    if not len(created):
        return []
    begins = begin_of(created, window)
    starts = np.flatnonzero(np.concatenate([[True], begins[1:] != begins[:-1]]))
    bounds = np.append(starts, len(created))
    windows = [slice(a, b) for a, b in pairwise(bounds.tolist()) if b - a >= FEWEST]
    if len(windows) >= PARTS:
        return windows
    if len(created) < PARTS * FEWEST:
        return []
    bounds = np.linspace(0, len(created), PARTS + 1).astype(np.int64)
    return [slice(a, b) for a, b in pairwise(bounds.tolist())]
