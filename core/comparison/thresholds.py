"""How much either model answers if it only answers where its p@1 reaches a threshold. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.stats import thresholds as stats
from core.stats.intervals import Interval
from core.stats.predictions import Predictions
from core.stats.thresholds import AT, HELD, Matches

Counts = tuple[int, ...]
STEP = 0.05
"""Between two thresholds whose precision is held to."""
_SAME = STEP / 10
USUAL = 0.5
"""The p@1 that is looked at where nobody has chosen one."""


@dataclass(frozen=True, slots=True)
class AnsweredPosts:
    """At each threshold: posts that are answered, and how many of them correctly."""

    answered: Counts
    right: Counts

    def share(self, threshold: float) -> float:
        """Of all posts, the share answered there; between two thresholds in a straight line."""
        return float(np.interp(threshold, AT, self.answered)) / self.answered[0]

    def precision(self, threshold: float) -> float | None:
        """The share of the answers that is right; None where there are none."""
        posts, right = (np.interp(threshold, AT, each) for each in (self.answered, self.right))
        return float(right / posts) if posts else None


@dataclass(frozen=True, slots=True)
class Match:
    """The lowest thresholds at which each model is as precise as the baseline is at ``held``.

    They may lie between two of those in :class:`Thresholds`. ``candidate``: None where it is as
    precise at none. ``difference``: of the shares answered there, the candidate's minus the
    baseline's, with its 95% ``interval``.
    """

    held: float
    baseline: float
    candidate: float | None
    difference: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Both models at each threshold ``at`` of p@1, from 0, where every post is answered.

    ``at``: those of :mod:`core.stats.thresholds`. ``matches``: what keeps the precision that the
    baseline has at every fifth, as long as it answers anything. Posts that p@1 was calibrated on
    are left out where there are others.
    """

    at: tuple[float, ...]
    baseline: AnsweredPosts
    candidate: AnsweredPosts
    matches: tuple[Match, ...]

    def match(self, threshold: float) -> Match | None:
        """What keeps the precision of the baseline at this threshold; None where it answers
        nothing there, or where that was not computed.
        """
        return next((one for one in self.matches if abs(one.held - threshold) < _SAME), None)


def thresholds(
    sides: tuple[Predictions, Predictions], *, paired: bool, seed: int = 0
) -> Thresholds | None:
    """See :class:`Thresholds`; None where a side has no post."""
    judging = (sides[0].judging_calibration, sides[1].judging_calibration)
    if not all(len(side.truth) for side in judging):
        return None
    before, after = (_posts(side) for side in judging)
    found = stats.matches(judging, paired=paired, rng=np.random.default_rng(seed))
    return Thresholds(tuple(AT.tolist()), before, after, tuple(_matches(found)))


def _posts(side: Predictions) -> AnsweredPosts:
    found = stats.answered(side)
    return AnsweredPosts(*(tuple(map(int, each)) for each in (found.posts, found.right)))


def _matches(found: Matches) -> Iterator[Match]:
    rows = zip(HELD, *found.at, found.difference, *found.interval, strict=True)
    for held, before, after, difference, low, high in rows:
        if not np.isnan(before):
            yield Match(
                held=float(held),
                baseline=float(before),
                candidate=None if np.isnan(after) else float(after),
                difference=float(difference),
                interval=(float(low), float(high)),
            )
