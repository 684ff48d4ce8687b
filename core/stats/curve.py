"""Which F1 to expect of a subreddit, given the mean p@1 of its posts.

One point is one label: its mean p@1, its F1 and its support. Both curves carry pointwise
intervals over labels: labels are drawn with replacement (Efron 1979), and the middle
:data:`LEVEL` of what the draws give is taken. With few labels such intervals are too narrow.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Ints

FEWEST = 3
"""Labels without which there is no curve."""
BINS = 10
LABELS_A_BIN = 5
"""At least, where there are that many."""
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
    bounds = [_interval(_draw_times(len(part), rng) @ f1[part] / len(part)) for part in parts]
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
    points = np.unique(p)
    grid = np.unique(np.linspace(points[0], points[-1], GRID))
    fitted = _fits(p, f1, weights[None, :], grid)[0]
    low, high = _interval(_fits(p, f1, weights * _draw_times(len(p), rng), grid))
    return Isotonic(p=grid, f1=fitted, low=low, high=high)


def pool_adjacent_violators(values: Floats, weights: Floats, row: Ints) -> Floats:
    """The non-decreasing values next to ``values`` by weighted squares, in each row by itself.

    Args:
        values, weights: weights above 0; shape (n,), the rows one after the other.
        row: number of the row of each value, ascending; shape (n,).

    All adjacent violators of all rows are pooled at once, until there are none (any order of
    pooling ends alike). scipy has the same for one row, but takes a second to load.
    """
    starts, total = np.arange(len(values)), len(values)
    while (falls := (np.diff(values) < 0) & (np.diff(row) == 0)).any():
        kept = np.flatnonzero(np.concatenate([[True], ~falls]))
        sums = np.add.reduceat(values * weights, kept)
        weights = np.add.reduceat(weights, kept)
        values, row, starts = sums / weights, row[kept], starts[kept]
    return np.repeat(values, np.diff(starts, append=total))


def _fits(p: Floats, f1: Floats, weights: Floats, grid: Floats) -> Floats:
    """The isotonic curve at ``grid`` for each row of ``weights``; shape (rows, points of grid).

    What has no weight in a row is not a point of its curve.
    """
    points, where = np.unique(p, return_inverse=True)
    shape = (len(weights), len(points))
    cell = (np.arange(shape[0])[:, None] * shape[1] + where).ravel()
    weight, sums = (
        np.bincount(cell, weights=each.ravel(), minlength=shape[0] * shape[1]).astype(np.float64)
        for each in (weights, weights * f1)
    )
    held = np.flatnonzero(weight > 0)
    row, point = np.divmod(held, shape[1])
    fitted = pool_adjacent_violators(sums[held] / weight[held], weight[held], row)
    ends = np.cumsum(np.bincount(row, minlength=shape[0]))[:-1]
    rows = zip(np.split(points[point], ends), np.split(fitted, ends), strict=True)
    return np.array([np.interp(grid, x, y) for x, y in rows])


def _draw_times(count: int, rng: np.random.Generator) -> Ints:
    """How often each of ``count`` labels is drawn in each resample; shape (resamples, count)."""
    drawn = rng.integers(0, count, (RESAMPLES, count)) + np.arange(RESAMPLES)[:, None] * count
    return np.bincount(drawn.ravel(), minlength=RESAMPLES * count).reshape(RESAMPLES, count)


def _interval(draws: Floats) -> Floats:
    """Lower and upper bound over the draws (axis 0); shape (2, …)."""
    tail = (1 - LEVEL) / 2
    bounds: Floats = np.quantile(draws, [tail, 1 - tail], axis=0)
    return bounds
