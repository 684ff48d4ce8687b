"""How far apart two samples of p@1 are."""

import numpy as np
from scipy import special

from core.arrays import Floats, Ints
from core.stats.intervals import LEVEL

PSI_BINS = 20


def kolmogorov_smirnov(a: Floats, b: Floats) -> float:
    """The largest gap between the two cumulative distributions, in [0, 1].

    Args:
        a, b: samples, shapes (n,) and (m,), neither empty.
    """
    return distances(a, b)[0]


def wasserstein(a: Floats, b: Floats) -> float:
    """The area between the two cumulative distributions: how far, on average, p@1 must move."""
    return distances(a, b)[1]


def distances(a: Floats, b: Floats) -> tuple[float, float]:
    """:func:`kolmogorov_smirnov` and :func:`wasserstein`, in the time of one."""
    both = np.concatenate([np.sort(a), np.sort(b)])
    if not len(both):
        return 0.0, 0.0
    order = np.argsort(both, kind="stable")  # of two sorted parts: it merges them
    grid = both[order]
    last = np.append(grid[1:] != grid[:-1], True)  # of equal values
    of_a = np.cumsum(order < len(a))[last]
    of_b = np.flatnonzero(last) + 1 - of_a
    gaps = np.abs(of_a / len(a) - of_b / len(b))
    return float(gaps.max()), float(np.sum(gaps[:-1] * np.diff(grid[last])))


def binned_distances(a: Ints, b: Ints) -> tuple[float, float]:
    """Kolmogorov-Smirnov and Wasserstein distance of two samples that are only known by how many
    fall into each of equal bins over [0, 1].

    The first looks at the edges of the bins only, so it may be too small by the share of one bin;
    the second may be off by the width of one.

    Args:
        a, b: shape (bins,), neither without any.
    """
    gaps = np.abs(np.cumsum(a) / np.sum(a) - np.cumsum(b) / np.sum(b))
    return float(gaps.max()), float(gaps.sum() / len(gaps))


def binned_means_margin(a: Ints, b: Ints) -> float:
    """Half the width of the 95% interval of the difference of the means of two samples that are
    only known by how many fall into each of equal bins over [0, 1].

    Args:
        a, b: shape (bins,); of none as well, but then it is as wide as can be.
    """
    return float(special.ndtri((1 + LEVEL) / 2) * np.sqrt(_mean_variance(a) + _mean_variance(b)))


def _mean_variance(posts: Ints) -> float:
    """Of the mean, with two posts more, at both ends of what is possible: so it is never 0."""
    middles = (np.arange(len(posts)) + 0.5) / len(posts)
    values, counts = np.append(middles, [0.0, 1.0]), np.append(posts, [1, 1])
    mean = np.average(values, weights=counts)
    return float(np.average((values - mean) ** 2, weights=counts) / counts.sum())


def population_stability_index(a: Floats, b: Floats, *, bins: int = PSI_BINS) -> float:
    """Σ (p - q) ln(p / q) over bins of equal width on [0, 1].

    Each bin gets half a post more (Jeffreys' prior), so that an empty bin is neither infinite nor
    decided by an arbitrary smallest number.
    """
    p, q = (_smoothed_shares(sample, bins) for sample in (a, b))
    return float(np.sum((p - q) * np.log(p / q)))


def _smoothed_shares(sample: Floats, bins: int) -> Floats:
    counts = np.histogram(sample, bins=bins, range=(0, 1))[0] + 0.5
    shares: Floats = counts / counts.sum()
    return shares
