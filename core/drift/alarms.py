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
from core.stats.distances import distances, population_stability_index
from core.stats.monitoring import DISTANCES, KOLMOGOROV, KS, PSI, WASSERSTEIN, Null, Spread

LEVEL = 0.05
"""The chance that anything alarms although nothing has changed, over all windows there will be."""
FEWEST = 50
"""Posts that a window or a part of the reference must have to be judged."""
PARTS = 8
"""Parts that the reference is divided into where it has fewer windows than this."""
SEED = 0
"""So that one reference always gives one level."""
Part: TypeAlias = "slice[int, int, None]"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a reference tells of the distances that windows have without a change.

    ``p_at_1``: of all its posts, sorted. ``parts``: how many it was divided into. ``wasserstein``,
    ``psi``: how these distances are distributed, the second by the size of the sample, as far as
    that was asked for. ``spreads``: what its parts tell of how weeks differ, by distance.
    """

    p_at_1: Floats
    parts: int
    wasserstein: Null
    psi: dict[int, Null]
    spreads: dict[str, Spread]

    def null(self, name: str, n: int) -> Null:
        """How the distance of a sample of n is distributed."""
        if name == KS:
            return KOLMOGOROV
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
            level: the chance of any false alarm, over all looks.
        """
        size = float(monitoring.effective(posts, len(self.p_at_1)))
        chance = monitoring.allowed(level, look) / len(DISTANCES)
        levels = {
            name: monitoring.level_of(
                name, chance, size, self.null(name, posts), self.spreads[name]
            )
            for name in DISTANCES
        }
        alarms = tuple(name for name in DISTANCES if getattr(found, name) > levels[name])
        return Judged(look=look, levels=Distances(**levels), alarms=alarms)


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
    made = Calibration(whole, len(parts), area, {}, {})
    seen = [_from_the_rest(p_at_1, where) for where in parts]
    sizes = np.array([size for _, size in seen])
    for name in DISTANCES:
        squares = [monitoring.square_of(name, found[name], size) for found, size in seen]
        nulls = [made.null(name, where.stop - where.start) for where in parts]
        made.spreads[name] = monitoring.spread_between(np.array(squares), sizes, nulls)
    return made


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


def _from_the_rest(p_at_1: Floats, where: Part) -> tuple[dict[str, float], float]:
    """The distances of a part from all other posts, and the size that both together have."""
    part, rest = p_at_1[where], np.delete(p_at_1, where)
    ks, area = distances(part, rest)
    found = {KS: ks, WASSERSTEIN: area, PSI: population_stability_index(part, rest)}
    return found, float(monitoring.effective(len(part), len(rest)))
