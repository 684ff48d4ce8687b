"""Intervals of shares of posts, and of differences of shares.

None of them closes where nothing was seen to vary: after 18 of 18 posts, a share of 0.9 is still
possible. Counts need not be whole: see :mod:`core.stats.effective`.
"""

import numpy as np
from scipy import special

from core.arrays import Bools, Floats
from core.stats.intervals import LEVEL, Interval

_HALVINGS = 60
"""Of an interval of length 2, until what is left is below the precision of a float."""
_TINY = 1e-300


def exact_share(hits: Floats, posts: Floats) -> Floats:
    """The exact 95% interval (Clopper & Pearson 1934), element by element; shape (2, …).

    It covers at least 95%, and more where hits or misses are few.

    Args:
        hits: from 0 to ``posts``.
        posts: any equal shape; where there are none, the interval is 0 to 1.
    """
    hits, posts = np.asarray(hits, dtype=np.float64), np.asarray(posts, dtype=np.float64)
    tail, misses = (1 - LEVEL) / 2, np.maximum(posts - hits, 0)
    with np.errstate(invalid="ignore"):
        low = np.where(hits > 0, special.betaincinv(hits, misses + 1, tail), 0.0)
        high = np.where(misses > 0, special.betaincinv(hits + 1, misses, 1 - tail), 1.0)
    return np.stack([low, high])


def share_interval(count: int, posts: int) -> Interval:
    """:func:`exact_share` of ``count`` of ``posts`` posts, of which there is at least 1."""
    low, high = exact_share(np.asarray(count), np.asarray(posts))
    return float(low), float(high)


def wilson_interval(count: int, posts: int) -> Interval:
    """The 95% score interval of a share (Wilson 1927).

    Narrower than :func:`share_interval`, which is never too narrow: over many shares of few posts
    this one holds what it promises on average.

    Args:
        count: posts of the kind, from 0 to ``posts``, of which there is at least 1.
    """
    z = _z()
    share, weight = count / posts, z**2 / posts
    middle = (share + weight / 2) / (1 + weight)
    half = z * np.sqrt(share * (1 - share) / posts + weight / posts / 4) / (1 + weight)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def paired_difference(only_baseline: Floats, only_candidate: Floats, posts: Floats) -> Floats:
    """The 95% score interval of the difference of two shares of the same posts; shape (2, …).

    Tango 1998, "Equivalence Test and Confidence Interval for the Difference in Proportions for the
    Paired-Sample Design": the differences that a score test does not reject. Without a discordant
    post it reaches from -z² / (n + z²) to z² / (n + z²).

    Args:
        only_baseline, only_candidate: posts that one alone has, together at most ``posts``.
        posts: any equal shape; where there are none, the interval is -1 to 1.
    """
    b, c, n = (
        np.asarray(each, dtype=np.float64) for each in (only_baseline, only_candidate, posts)
    )
    n, z = np.maximum(n, _TINY), _z()
    observed = np.clip((c - b) / n, -1, 1)

    def rejected(delta: Floats) -> Bools:
        """Whether the score of a true difference ``delta`` is beyond z."""
        linear = (2 * n - c + b) * delta - (b + c)
        constant = -b * delta * (1 - delta)
        root = np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0))
        # Of the two forms of the larger root, the one without cancellation.
        share = np.where(
            linear > 0, -2 * constant / np.maximum(linear + root, _TINY), (root - linear) / (4 * n)
        )
        variance = n * np.maximum(2 * share + delta * (1 - delta), 0)
        beyond: Bools = (c - b - n * delta) ** 2 > z**2 * variance
        return beyond

    ends = np.array([-1.0, 1.0]).reshape(2, *[1] * observed.ndim)
    inside = np.broadcast_to(observed, (2, *observed.shape))
    outside = np.broadcast_to(ends, inside.shape)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        out = rejected(middle)
        inside, outside = np.where(out, inside, middle), np.where(out, middle, outside)
    return np.where(np.asarray(posts) > 0, outside, ends)


def independent_difference(
    baseline: Floats, candidate: Floats, of_baseline: Floats, of_candidate: Floats
) -> Floats:
    """The interval of a difference of two figures of different posts, from theirs; shape (2, …).

    Newcombe 1998, "Interval Estimation for the Difference between Independent Proportions", method
    10; of other figures, Zou & Donner 2008.

    Args:
        baseline, candidate: the figures; any equal shape.
        of_baseline, of_candidate: their intervals, shape (2, …), which contain them.
    """
    change = candidate - baseline
    down = np.hypot(candidate - of_candidate[0], of_baseline[1] - baseline)
    up = np.hypot(of_candidate[1] - candidate, baseline - of_baseline[0])
    return np.stack([change - down, change + up])


def _z() -> float:
    return float(special.ndtri((1 + LEVEL) / 2))
