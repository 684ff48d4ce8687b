"""How far numbers spread from one repeat to the next, when there are few repeats."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats

LEVEL = 0.95
SMALLEST_SD = 1e-4
"""Spreads below this count as this: a label that never moved in few repeats may still do so."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Spreads moved towards each other.

    ``sd``: shape (c,). ``prior_sd``: where they are moved to. ``degrees``: degrees of freedom of
    the result, infinite where the spreads do not differ by more than chance.
    """

    sd: Floats
    prior_sd: float
    degrees: float


def sd_of_repeats(values: Floats) -> Floats:
    """Standard deviation of one repeat, with ``repeats - 1`` degrees of freedom.

    Args:
        values: shape (repeats, c), at least two repeats.
    """
    return np.asarray(values.std(axis=0, ddof=1))


def sd_within_pairs(values: Floats) -> Floats:
    """Standard deviation of one value, from pairs that share nothing.

    Args:
        values: shape (2 · pairs, c), the two of a pair next to each other.

    The root of the mean over pairs of half the squared difference.
    """
    difference = values[::2] - values[1::2]
    return np.asarray(np.sqrt(np.square(difference).mean(axis=0) / 2))


def band(sd: Floats | float, *, degrees: Floats | float, level: float = LEVEL) -> Floats:
    """Half the width of the band around 0 that holds a difference.

    Args:
        sd: standard deviations of the difference, as estimated with ``degrees`` degrees of freedom
            (infinite: known). Few of them make the band wider, by Student's t.
    """
    upper = (1 + level) / 2
    finite = np.isfinite(degrees)
    quantile = np.where(
        finite, special.stdtrit(np.where(finite, degrees, 1), upper), special.ndtri(upper)
    )
    return np.asarray(quantile * np.asarray(sd), dtype=np.float64)


def p_value_of_difference(difference: Floats, sd: Floats, *, degrees: Floats | float) -> Floats:
    """Probability of a difference at least as large, either way.

    Args:
        difference: shape (c,). sd: standard deviations of such a difference, estimated with
            ``degrees`` degrees of freedom (Student's t; normal where infinite), shape (c,).

    NaN where either is.
    """
    ratio = -np.abs(np.divide(difference, sd, out=np.full(len(sd), np.nan), where=sd > 0))
    finite = np.isfinite(degrees)
    tail = np.where(finite, special.stdtr(np.where(finite, degrees, 1), ratio), special.ndtr(ratio))
    return np.asarray(2 * tail, dtype=np.float64)


def sd_of_difference(
    sd: Floats, other: Floats, *, degrees: tuple[Floats | float, Floats | float]
) -> tuple[Floats, Floats]:
    """Standard deviation of the difference of one repeat here and one there, and its degrees of
    freedom.

    Args:
        sd: of one repeat here, and ``other`` there, shape (c,), estimated independently with
            ``degrees`` degrees of freedom.

    Variances of independent repeats add up. The degrees of freedom are approximate (Welch 1947,
    "The generalization of 'Student's' problem when several different population variances are
    involved"); infinite where nothing varies.
    """
    here, there = np.square(sd), np.square(other)
    doubt = np.square(here) / degrees[0] + np.square(there) / degrees[1]
    total = here + there
    known = np.divide(np.square(total), doubt, out=np.full(len(total), np.inf), where=doubt > 0)
    return np.sqrt(total), known


def shrink(sd: Floats, *, repeats: int) -> Shrunk:
    """Empirical Bayes estimates of many standard deviations, each from a few repeats.

    Args:
        sd: sample standard deviations (n - 1), shape (c,), c at least 2.
        repeats: from how many values each was taken, at least 2.

    The variances are taken as scaled inverse-chi-square around a common one, whose parameters
    are fitted to the mean and variance of their logarithms (Smyth 2004, "Linear models and
    empirical Bayes methods", section 6.2).
    """
    degrees = repeats - 1
    variance = np.maximum(sd, SMALLEST_SD) ** 2
    centred = np.log(variance) - special.digamma(degrees / 2) + np.log(degrees / 2)
    excess = float(centred.var(ddof=1) - special.polygamma(1, degrees / 2))
    if excess <= 0:
        prior = float(np.exp(centred.mean()))
        return Shrunk(np.full(len(sd), np.sqrt(prior)), float(np.sqrt(prior)), np.inf)
    weight = 2 * _inverse_trigamma(excess)
    prior = float(np.exp(centred.mean() + special.digamma(weight / 2) - np.log(weight / 2)))
    shrunk = np.sqrt((weight * prior + degrees * variance) / (weight + degrees))
    return Shrunk(shrunk, float(np.sqrt(prior)), weight + degrees)


def _inverse_trigamma(value: float) -> float:
    """The x > 0 whose trigamma is ``value``."""
    from scipy import optimize  # loading it takes a second, which most commands need not spend

    low, high = 1e-8, 1.0 / value + 1.0  # trigamma(x) < 1/x + 1/x² falls from infinity
    root = optimize.brentq(lambda x: special.polygamma(1, x) - value, low, high + 1.0 / value)
    return float(root)
