"""Answering only where p@1 reaches a threshold: how much is answered, and how much of it is right.

Shapes: n posts, s thresholds, h of them whose precision is held to, r resamples, which are the last
axis of whatever is counted of each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Ints
from core.stats.bootstrap import draw_counts
from core.stats.classification import ratio
from core.stats.intervals import percentile_interval
from core.stats.predictions import Predictions
from core.stats.shares import exact_share, independent_difference, paired_difference

STEPS = 100
AT: Floats = np.arange(STEPS) / STEPS
"""The thresholds: 0.00, 0.01, … 0.99."""
HELD: Floats = AT[::5]
"""Those whose precision is held to: 0.00, 0.05, … 0.95."""
DRAWS = 400
"""Resamples for the intervals, which are read to three digits."""


@dataclass(frozen=True, slots=True)
class Answered:
    """At each threshold: posts whose p@1 reaches it, and of these the right ones; shape (s,), or
    (s, r) of resamples.
    """

    posts: Floats
    right: Floats

    @property
    def precision(self) -> Floats:
        """The share of the answers that is right; 0 where nothing is answered."""
        return ratio(self.right, self.posts)

    def posts_at(self, thresholds: Floats) -> Floats:
        """Posts that are answered at any thresholds, between those of the steps in a straight line;
        0 at NaN. Shape (h,), or (h, r).
        """
        steps = np.nan_to_num(thresholds) * STEPS
        below = np.minimum(steps.astype(np.intp), STEPS - 1)
        above = np.minimum(below + 1, STEPS - 1)
        low, high = (np.take_along_axis(self.posts, place, axis=0) for place in (below, above))
        return np.where(np.isnan(thresholds), 0, low + (steps - below) * (high - low))

    def share(self, thresholds: Floats) -> Floats:
        """:meth:`posts_at` as a share of all posts."""
        return ratio(self.posts_at(thresholds), self.posts[0])


@dataclass(frozen=True, slots=True)
class Matches:
    """Both sides held to the precision that the baseline has at each of :data:`HELD`.

    ``at``: of each side the lowest threshold at which it is as precise, between the steps in a
    straight line, NaN where there is none; shape (2, h). ``difference``: the share of posts that
    the candidate answers there minus the share that the baseline does, shape (h,). ``interval``:
    95%, shape (2, h).
    """

    at: Floats
    difference: Floats
    interval: Floats


def answered(side: Predictions) -> Answered:
    """What one side answers at each threshold; every post at the first."""
    return _answered(np.bincount(_groups(side), minlength=2 * STEPS))


def matches(
    sides: tuple[Predictions, Predictions],
    *,
    paired: bool,
    rng: np.random.Generator,
    resamples: int = DRAWS,
) -> Matches:
    """How much each side answers if it has to be as precise as the baseline is at each threshold.

    Both may choose their threshold, so that neither gains by the choice: two equal models differ
    by 0. The interval is the bootstrap's, which chooses anew in every resample, or as wide as the
    score interval of two given thresholds where that reaches further: it never closes.

    Args:
        sides: each of at least 1 post.
        paired: both sides are of the same posts, in one order.
    """
    groups = tuple(_groups(side) for side in sides)
    found = [_answered(np.bincount(group, minlength=2 * STEPS)) for group in groups]
    at = _thresholds(*found)
    together = [groups] if paired else [(group,) for group in groups]
    drawn = np.concatenate(
        [draw_counts(g, groups=2 * STEPS, rng=rng, resamples=resamples) for g in together]
    )
    low, high = percentile_interval(_difference(*map(_answered, drawn)))
    least, most = _at_given(groups, found, at, paired=paired)
    difference = found[1].share(at[1]) - found[0].share(at[0])
    bounds = [np.minimum(low, difference - least), np.maximum(high, difference + most)]
    return Matches(at, difference, np.clip(bounds, -1, 1))


def _groups(side: Predictions) -> Ints:
    """Of each post the highest threshold that its p@1 reaches, times 2, and 1 if it is right."""
    reached = np.searchsorted(AT, side.p_at_1, side="right") - 1
    return np.maximum(reached, 0) * 2 + side.right


def _answered(counts: Floats | Ints) -> Answered:
    """From posts in each group, shape (2 · s,) or (2 · s, r)."""
    groups = counts.reshape(STEPS, 2, *counts.shape[1:])
    above = groups[::-1].cumsum(axis=0)[::-1].astype(np.float64)
    return Answered(above.sum(axis=1), above[:, 1])


def _thresholds(before: Answered, after: Answered) -> Floats:
    """See ``at`` of :class:`Matches`."""
    wanted = np.where(before.posts > 0, before.precision, np.inf)[:: STEPS // len(HELD)]
    return np.stack([_lowest(side.precision, wanted) for side in (before, after)])


def _lowest(precision: Floats, wanted: Floats) -> Floats:
    """The lowest threshold that is as precise as each one ``wanted``; NaN for none."""
    best = np.maximum.accumulate(precision, axis=0)
    above = (best[:, None] < wanted).sum(axis=0)
    last = np.minimum(above, STEPS - 1)
    below = np.maximum(last - 1, 0)
    low, high = (np.take_along_axis(best, place, axis=0) for place in (below, last))
    part = np.where(above > 0, ratio(wanted - low, high - low), 0)
    return np.where(above < STEPS, (below + part) / STEPS, np.nan)


def _difference(before: Answered, after: Answered) -> Floats:
    baseline, candidate = _thresholds(before, after)
    return after.share(candidate) - before.share(baseline)


def _at_given(
    groups: tuple[Ints, ...], found: list[Answered], at: Floats, *, paired: bool
) -> Floats:
    """How far the interval of the difference reaches down and up if the thresholds were given, each
    rounded to a step; shape (2, h).
    """
    given = [np.round(side * STEPS) / STEPS for side in at]
    posts = [side.posts_at(one) for side, one in zip(found, given, strict=True)]
    sizes = [np.full(len(HELD), len(group), dtype=np.float64) for group in groups]
    shares = [ratio(count, size) for count, size in zip(posts, sizes, strict=True)]
    if paired:
        both = _both(groups, given)
        low, high = paired_difference(posts[0] - both, posts[1] - both, sizes[0])
    else:
        bounds = [exact_share(count, size) for count, size in zip(posts, sizes, strict=True)]
        low, high = independent_difference(*shares, *bounds)
    difference = shares[1] - shares[0]
    return np.stack([difference - low, high - difference])


def _both(groups: Sequence[Ints], at: Sequence[Floats]) -> Floats:
    """Posts that both sides answer at these thresholds, each of a step; none at NaN."""
    first, second = (group // 2 for group in groups)
    joint = np.bincount(first * STEPS + second, minlength=STEPS * STEPS).reshape(STEPS, STEPS)
    above = joint[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]
    padded = np.pad(above, ((0, 1), (0, 1))).astype(np.float64)
    rows, columns = (np.round(np.nan_to_num(each, nan=1) * STEPS).astype(np.intp) for each in at)
    both: Floats = padded[rows, columns]
    return both
