"""When samples that come one after the other are further from a reference than they should be.

A distance D of a sample of n from a reference of N is judged by ``S² = m D²`` (of the PSI: ``m D``)
with ``m = n N / (n + N)``: where nothing has changed and posts are independent, its distribution
hardly depends on n. Posts of one week are not independent. Weeks differ by more than posts do, and
how much is told by what parts of the reference are apart: if the spread between weeks is ρ, S² is
larger by the factor 1 + m ρ. All ρ are weighed by how well they fit what was seen of these parts;
the fewer there are, the more is left to large ones.

How many looks there will be, nobody knows. The t-th look may be wrong with chance
``α / (t (t + 1))``: over all looks, however many, that adds up to α, whether or not they depend on
each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from core.arrays import Floats, Ints
from core.stats.distances import PSI_BINS

KS, WASSERSTEIN, PSI = "ks", "wasserstein", "psi"
DISTANCES = (KS, WASSERSTEIN, PSI)
_DRAWS = 2_000
_GRID = 256
"""Points of the reference at which a Brownian bridge is drawn."""
_SPREADS = np.concatenate([[0.0], np.geomspace(0.05, 50.0, 120)])
"""Standard deviations between parts over those of chance within a part."""
_HALVINGS = 50
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Null:
    """How S² is distributed without a change: as ``scale`` times a χ² of ``degrees`` degrees."""

    scale: float
    degrees: float

    @property
    def mean(self) -> float:
        return self.scale * self.degrees


KOLMOGOROV = Null(
    scale=(np.pi**4 * 7 / 720 - np.pi**4 / 144) / (np.pi**2 / 6),
    degrees=2 * (np.pi**2 / 12) ** 2 / (np.pi**4 * 7 / 720 - np.pi**4 / 144),
)
"""By the first two moments of the Kolmogorov distribution, whose own tail is used for p-values."""


def allowed(level: float, look: int) -> float:
    """The chance of a false alarm that the ``look``-th look, from 1, may take of ``level``."""
    return level / (look * (look + 1))


def effective(n: Ints | int, reference: int) -> Floats:
    """``n N / (n + N)``: a sample this large has as much chance in it as both together."""
    sizes = np.asarray(n, dtype=np.float64)
    result: Floats = sizes * reference / (sizes + reference)
    return result


def wasserstein_null(reference: Floats, *, rng: np.random.Generator) -> Null:
    """Of the Wasserstein distance from a reference, whose values are sorted, shape (N,).

    The area under the absolute value of Brownian bridges over the reference's distribution. It is
    largest where the whole distribution moves one way, which varies as the mean does: so its square
    has the tail of a χ² of that scale.
    """
    places = np.linspace(0, len(reference) - 1, min(_GRID, len(reference))).astype(np.int64)
    grid, share = reference[places], (places + 1) / len(reference)
    steps = np.diff(np.concatenate([[0.0], share, [1.0]]))
    walk = np.cumsum(rng.normal(size=(_DRAWS, len(steps))) * np.sqrt(steps), axis=1)
    bridge = walk[:, :-1] - walk[:, -1:] * share
    area = (np.abs(bridge[:, :-1]) * np.diff(grid)).sum(axis=1)
    scale = max(float(reference.var()), _TINY)
    return Null(scale=scale, degrees=max(float(np.mean(area**2)) / scale, 1.0))


def psi_null(reference: Floats, n: int, *, rng: np.random.Generator) -> Null:
    """Of the PSI of n posts: drawn from the reference, with its smoothing and its empty bins.

    The PSI is a square already: S² is m times the PSI.
    """
    size = len(reference)
    share = np.histogram(reference, bins=PSI_BINS, range=(0, 1))[0] / size
    drawn = [
        (rng.multinomial(posts, share, size=_DRAWS) + 0.5) / (posts + PSI_BINS / 2)
        for posts in (n, size)
    ]
    p, q = drawn
    return _matched(effective(n, size) * ((p - q) * np.log(p / q)).sum(axis=1))


def _matched(squares: Floats) -> Null:
    """The χ² with the same mean and variance."""
    mean, variance = float(squares.mean()), float(squares.var())
    if mean <= 0 or variance <= 0:  # a reference of one value: any distance is too large
        return Null(scale=_TINY, degrees=1.0)
    return Null(scale=variance / (2 * mean), degrees=2 * mean**2 / variance)


@dataclass(frozen=True, slots=True)
class Spread:
    """What ρ, the spread between parts, may be: ``values`` and their weights, shape (r,) each."""

    values: Floats
    weights: Floats


CHANCE_ALONE = Spread(np.zeros(1), np.ones(1))
"""Parts differ by no more than independent posts do."""


def spread_between(squares: Floats, sizes: Floats, nulls: Sequence[Null]) -> Spread:
    """What the distances of parts of the reference from the rest of it tell of ρ.

    Args:
        squares: S² of each part, shape (k,).
        sizes: m of each part.
        nulls: one for each.

    All standard deviations are alike likely beforehand, as Gelman 2006 suggests.
    """
    rho = _SPREADS[:, None] ** 2 / np.mean(sizes)
    factor = 1 + sizes * rho
    scale, degrees = (np.array([getattr(n, name) for n in nulls]) for name in ("scale", "degrees"))
    fits: Floats = stats.chi2.logpdf(squares / (factor * scale), degrees) - np.log(factor * scale)
    log_weight = fits.sum(axis=1) + np.log(np.gradient(_SPREADS))
    weights = np.exp(log_weight - log_weight.max())
    return Spread(rho[:, 0], weights / weights.sum())


def p_value(name: str, squares: Floats, sizes: Floats, null: Null, spread: Spread) -> Floats:
    """How often S² is at least so large without a change; shape as ``squares``."""
    inner: Floats = np.asarray(squares)[..., None] / (
        1 + np.asarray(sizes)[..., None] * spread.values
    )
    tail: Floats = special.kolmogorov(np.sqrt(inner)) if name == KS else _chi2_tail(inner, null)
    return np.asarray(tail @ spread.weights, dtype=np.float64)


def level_of(name: str, chance: float, size: float, null: Null, spread: Spread) -> float:
    """The distance that is reached with this chance without a change."""
    low, high = 0.0, null.mean
    m = np.asarray(size)
    while p_value(name, np.asarray(high), m, null, spread) > chance:
        high *= 4
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = p_value(name, np.asarray(middle), m, null, spread) > chance
        low, high = (middle, high) if above else (low, middle)
    return high / size if name == PSI else float(np.sqrt(high / size))


def square_of(name: str, distance: float, size: float) -> float:
    """S² of a distance."""
    return size * (distance if name == PSI else distance**2)


def _chi2_tail(squares: Floats, null: Null) -> Floats:
    return np.asarray(special.chdtrc(null.degrees, squares / null.scale), dtype=np.float64)
