"""Which F1 to expect of a subreddit, given the mean p@1 of its posts.

One point is one label: its mean p@1, its F1 and its support. Both curves carry pointwise
intervals over labels: labels are drawn anew with replacement (Efron 1979), and the middle
:data:`LEVEL` of what the draws give is taken. With few labels such intervals are too narrow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.stats.classification import ratio

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

FEWEST = 3
"""Labels without which there is no curve."""
BINS = 10
LABELS_A_BIN = 5
"""At least, where there are so many."""
GRID = 50
RESAMPLES = 400
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Binned:
    """Bins of (almost) equal numbers of labels, by rising p@1.

    Means over the labels of each bin, the interval of the mean F1, and how many labels it has.
    Shape (bins,) each.
    """

    p: Floats
    f1: Floats
    low: Floats
    high: Floats
    labels: Ints


@dataclass(frozen=True, slots=True)
class Isotonic:
    """The non-decreasing curve that fits best, read at equally spaced p@1. Shape (points,)."""

    p: Floats
    f1: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class F1ByP:
    """Both curves."""

    binned: Binned
    isotonic: Isotonic


def f1_by_p(p: Floats, f1: Floats, support: Ints, *, rng: np.random.Generator) -> F1ByP | None:
    """Both curves; None if fewer than :data:`FEWEST` labels have posts.

    Args:
        p: mean p@1 of the posts of each label; shape (c,).
        f1: shape (c,).
        support: posts of each label; those with none are left out. Shape (c,).

    The order of the labels has no influence.
    """
    held = np.flatnonzero(support > 0)
    if len(held) < FEWEST:
        return None
    order = held[np.lexsort((support[held], f1[held], p[held]))]
    p, f1, weights = p[order], f1[order], support[order].astype(np.float64)
    return F1ByP(binned(p, f1, rng=rng), isotonic(p, f1, weights, rng=rng))


def binned(p: Floats, f1: Floats, *, rng: np.random.Generator) -> Binned:
    """Means in up to :data:`BINS` bins, fewer where they would hold fewer than
    :data:`LABELS_A_BIN` labels. Every label counts alike, as in macro F1.

    Args:
        p: ascending; shape (c,), c at least 1.
        f1: shape (c,).
    """
    parts = np.array_split(np.arange(len(p)), np.clip(len(p) // LABELS_A_BIN, 1, BINS))
    bounds = [_interval(_drawn_means(f1[part], rng)) for part in parts]
    low, high = np.array(bounds).T
    return Binned(
        p=np.array([p[part].mean() for part in parts]),
        f1=np.array([f1[part].mean() for part in parts]),
        low=low,
        high=high,
        labels=np.array([len(part) for part in parts]),
    )


def isotonic(p: Floats, f1: Floats, weights: Floats, *, rng: np.random.Generator) -> Isotonic:
    """Weighted isotonic regression (Barlow et al. 1972), linear between the labels' p@1.

    Args:
        p, f1: shape (c,), c at least 1. Labels of one p@1 are one point, their weighted mean.
        weights: above 0; shape (c,).

    The bootstrap of a monotone fit is only roughly right (Sen, Banerjee & Woodroofe 2010).
    """
    points, where = np.unique(p, return_inverse=True)
    grid = np.unique(np.linspace(points[0], points[-1], GRID))
    times = rng.multinomial(len(p), np.full(len(p), 1 / len(p)), size=RESAMPLES)
    drawn = [_fit(points, where, f1, weights * row, grid) for row in times]
    low, high = _interval(np.array(drawn))
    return Isotonic(p=grid, f1=_fit(points, where, f1, weights, grid), low=low, high=high)


def _fit(points: Floats, where: Ints, f1: Floats, weights: Floats, grid: Floats) -> Floats:
    """The isotonic curve at ``grid``, through the points that have weight."""
    from scipy.optimize import isotonic_regression  # takes a second to load

    weight = np.bincount(where, weights=weights, minlength=len(points))
    mean = ratio(np.bincount(where, weights=weights * f1, minlength=len(points)), weight)
    held = weight > 0
    fitted = isotonic_regression(mean[held], weights=weight[held]).x
    return np.interp(grid, points[held], fitted)


def _drawn_means(values: Floats, rng: np.random.Generator) -> Floats:
    drawn = rng.integers(0, len(values), (RESAMPLES, len(values)))
    means: Floats = values[drawn].mean(axis=1)
    return means


def _interval(draws: Floats) -> Floats:
    """Lower and upper bound over the draws (axis 0); shape (2, …)."""
    tail = (1 - LEVEL) / 2
    bounds: Floats = np.quantile(draws, [tail, 1 - tail], axis=0)
    return bounds
