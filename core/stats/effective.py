"""Intervals of figures that behave like a share of some number of posts.

A figure between its lowest and its highest value, with a variance v, tells as much as a share of
``x (1 - x) / v`` posts: its effective sample size (Korn & Graubard 1998, "Confidence Intervals for
Proportions with Small Expected Number of Positive Counts Estimated from Survey Data"). Of a share,
these are the posts themselves. Where hardly anything was seen to vary, v says too little; then the
figure tells no more than the number of posts that it rests on allows.
"""

import numpy as np

from core.arrays import Floats
from core.stats import jackknife, shares
from core.stats.figures import UNIT, Span

TRUSTED = 100
"""The more was seen to vary, the less the variance is doubted: after so many times the variance of
one post, a figure may tell as much as twice the posts that it rests on, and so on."""


def one(value: Floats, part: jackknife.Part, posts: Floats | float, span: Span = UNIT) -> Floats:
    """The 95% interval of a figure, which contains it; shape (2, …).

    Args:
        value: the figure, shape () or (c,).
        part: influence of its posts.
        posts: so many it rests on, at most, where hardly anything was seen to vary.
        span: its lowest and highest value.
    """
    lowest, width = span[0], span[1] - span[0]
    bias, variance = _moments(part)
    v = variance / width**2
    seen = (value - lowest) / width
    one_post = seen * (1 - seen)
    n = _sample_size(one_post, v, posts * (1 + posts * one_post / TRUSTED))
    share = np.clip((value - bias - lowest) / width, 0, 1)
    low, high = shares.exact_share(share * n, n) * width + lowest
    return np.stack([np.minimum(low, value), np.maximum(high, value)])


def paired(
    change: Floats, part: jackknife.Part, posts: Floats | float, span: Span = UNIT
) -> Floats:
    """The 95% interval of a difference of two figures of the same posts; shape (2, …).

    Args:
        change: the difference, shape () or (c,).
        part: influence of the posts on it.
        posts: so many it rests on, at most.
        span: lowest and highest value of either figure.
    """
    width = span[1] - span[0]
    bias, variance = _moments(part)
    v, delta = variance / width**2, np.clip((change - bias) / width, -1, 1)
    n = _sample_size(1 - (change / width) ** 2, v, posts)
    discordant = np.clip(n * v + delta**2, np.abs(delta), 1)
    low, high = width * shares.paired_difference(
        n * (discordant - delta) / 2, n * (discordant + delta) / 2, n
    )
    return np.stack([np.minimum(low, change), np.maximum(high, change)])


def _sample_size(most: Floats, variance: Floats, posts: Floats | float) -> Floats:
    """So many posts have this variance if that of one is ``most``; no more than there are."""
    telling = (most > 0) & (variance > 0)
    size = np.divide(most, variance, out=np.full_like(variance, np.inf), where=telling)
    return np.minimum(size, posts)


def _moments(part: jackknife.Part) -> tuple[Floats, Floats]:
    """Bias and variance; of a share, the variance is ``p (1 - p) / n`` exactly."""
    bias, variance = jackknife.bias_and_variance([part])
    posts = part[1].sum(axis=0)
    return bias, variance * (1 - 1 / np.maximum(posts, 1))
