"""From draws to intervals: percentile, and bias-corrected and accelerated."""

import numpy as np
from scipy import special

from core.arrays import Floats

Interval = tuple[float, float]
"""Lower and upper bound."""

LEVEL = 0.95
SAME = 1e-12
"""Draws this near to the figure equal it: a sum depends on its order by its last digits."""


def within(bounds: Interval, low: float, high: float) -> Interval:
    """The interval without what lies below ``low`` or above ``high``, as no value can."""
    lower, upper = (min(max(bound, low), high) for bound in bounds)
    return lower, upper


def percentile_interval(draws: Floats, *, level: float = LEVEL) -> Floats:
    """Lower and upper bound over the resamples (the last axis); shape (2, …)."""
    tail = (1 - level) / 2
    bounds: Floats = np.quantile(draws, [tail, 1 - tail], axis=-1)
    return bounds


def bca_interval(
    draws: Floats, observed: Floats, acceleration: Floats, *, level: float = LEVEL
) -> Floats:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987); shape (2, …).

    Args:
        draws: shape (…, resamples).
        observed: the figure itself, shape (…).
        acceleration: how fast its standard error changes with it, shape (…); 0 gives the
            bias-corrected interval. :mod:`core.stats.jackknife` tells it.

    Where all draws are equal, both bounds are that value. Draws equal to the figure count half.
    """
    ordered = np.sort(draws, axis=-1)
    resamples = draws.shape[-1]
    target = np.asarray(observed)[..., None]
    equal = np.abs(ordered - target) <= SAME
    below = ((ordered < target) & ~equal).sum(axis=-1) + 0.5 * equal.sum(axis=-1)
    # Beyond these, 1,000 draws say nothing of the bias.
    bias = special.ndtri(np.clip(below / resamples, 1 / resamples, 1 - 1 / resamples))
    tail = special.ndtri((1 - level) / 2)
    bounds = []
    for quantile in (tail, -tail):
        moved = bias + quantile
        wanted = special.ndtr(bias + moved / (1 - acceleration * moved))
        bounds.append(_quantile(ordered, wanted))
    return np.stack(bounds)


def _quantile(ordered: Floats, wanted: Floats) -> Floats:
    """Each row's own quantile of sorted values (…, resamples), linear between two."""
    place = wanted * (ordered.shape[-1] - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    left = np.take_along_axis(ordered, low[..., None], axis=-1)[..., 0]
    right = np.take_along_axis(ordered, high[..., None], axis=-1)[..., 0]
    result: Floats = left + (place - low) * (right - left)
    return result
