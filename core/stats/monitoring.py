"""When samples that come one after the other are further from a reference than they should be.

A distance D of a sample of n from a reference of N is judged by ``S² = m D²`` (of the PSI: ``m D``)
with ``m = n N / (n + N)``: where nothing has changed and posts are independent, its distribution
hardly depends on n. It is the norm of many small deviations, of which one direction varies most;
that alone decides how likely large values are.

Posts of one week are not independent: weeks differ by more than posts do. That is an effect of each
week with a variance ρ, which adds ``m ρ`` to the variance of that direction. What ρ may be is told
by how far parts of the reference are apart: all ρ are weighed by how well they fit. The fewer parts
there are, the more weight is left to large ones.

How many looks there will be, nobody knows. The t-th look may be wrong with chance
``α / (t (t + 1))``: over all looks, however many, that adds up to α, whether or not they depend on
each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats, Ints
from core.stats.distances import PSI_BINS

KS, WASSERSTEIN, PSI = "ks", "wasserstein", "psi"
DISTANCES = (KS, WASSERSTEIN, PSI)
_DRAWS = 2_000
_GRID = 256
"""Points of the reference at which a Brownian bridge is drawn."""
_SPREADS = np.concatenate([[0.0], np.geomspace(0.1, 50.0, 28)])
"""Standard deviations between parts over those of chance within a part."""
_STEPS = np.linspace(-4, 14, 55)
"""Standard deviations from the mean, at which the directions that vary less are summed over."""
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Null:
    """How S² is distributed without a change: ``direction`` times a χ² of one degree, and, of all
    other directions, ``scale`` times one of ``degrees``.
    """

    direction: float
    scale: float
    degrees: float

    @classmethod
    def matched(cls, direction: float, *, mean: float, variance: float) -> "Null":
        """With that mean and variance of S², as far as the direction leaves any of them."""
        rest = max(mean - direction, _TINY)
        of_rest = max(variance - 2 * direction**2, rest**2 / 50)
        return cls(max(direction, _TINY), of_rest / (2 * rest), 2 * rest**2 / of_rest)

    @property
    def rest(self) -> tuple[Floats, Floats]:
        """Values of what all other directions add, and their weights."""
        mean, error = self.scale * self.degrees, self.scale * np.sqrt(2 * self.degrees)
        values = mean + error * _STEPS
        values = values[values > 0]
        log_weight = _log_density(values / self.scale, np.asarray(self.degrees))
        weights = np.exp(log_weight - log_weight.max())
        return values, weights / weights.sum()

    @property
    def mean(self) -> float:
        return self.direction + self.scale * self.degrees

    @property
    def variance(self) -> float:
        return 2 * self.direction**2 + 2 * self.scale**2 * self.degrees


def mean_null(variance: float) -> Null:
    """Of the difference of two means of values with that variance."""
    return Null.matched(variance, mean=variance, variance=2 * variance**2)


KOLMOGOROV = Null.matched(
    0.25, mean=np.pi**2 / 12, variance=np.pi**4 * 7 / 720 - (np.pi**2 / 12) ** 2
)
"""Mean and variance of the Kolmogorov distribution, and its tail, ``2 exp(-2 S²)``."""


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
    largest where the whole distribution moves one way, which varies as the mean does.
    """
    places = np.linspace(0, len(reference) - 1, min(_GRID, len(reference))).astype(np.int64)
    grid, share = reference[places], (places + 1) / len(reference)
    steps = np.diff(np.concatenate([[0.0], share, [1.0]]))
    walk = np.cumsum(rng.normal(size=(_DRAWS, len(steps))) * np.sqrt(steps), axis=1)
    bridge = walk[:, :-1] - walk[:, -1:] * share
    squares = (np.abs(bridge[:, :-1]) * np.diff(grid)).sum(axis=1) ** 2
    moments = {"mean": float(squares.mean()), "variance": float(squares.var())}
    return Null.matched(float(reference.var()), **moments)


def psi_null(reference: Floats, n: int, *, rng: np.random.Generator) -> Null:
    """Of the PSI of n posts: drawn from the reference, with its smoothing and its empty bins.

    The PSI is a square already: S² is m times the PSI.
    """
    size = len(reference)
    share = np.histogram(reference, bins=PSI_BINS, range=(0, 1))[0] / size
    p, q = (
        (rng.multinomial(posts, share, size=_DRAWS) + 0.5) / (posts + PSI_BINS / 2)
        for posts in (n, size)
    )
    squares = effective(n, size) * ((p - q) * np.log(p / q)).sum(axis=1)
    mean, variance = float(squares.mean()), float(squares.var())
    one = variance / (2 * mean) if mean > 0 else 0.0
    return Null.matched(one, mean=mean, variance=variance)


@dataclass(frozen=True, slots=True)
class Spread:
    """What ρ, the variance between parts, may be: ``values`` and their weights, shape (r,) each.

    ``parts``: of the reference, whose own mean has an error of ρ over these.
    """

    values: Floats
    weights: Floats
    parts: int

    @property
    def of_reference(self) -> Floats:
        """What ρ adds to the variance of all that is measured against the reference."""
        return self.values / self.parts


CHANCE_ALONE = Spread(np.zeros(1), np.ones(1), 1)
"""Parts differ by no more than independent posts do."""


def spread_between(squares: Floats, sizes: Floats, nulls: Sequence[Null]) -> Spread:
    """What the distances of parts of the reference from the rest of it tell of ρ.

    Args:
        squares: S² of each part, shape (k,), k 2 or more.
        sizes: m of each part.
        nulls: one for each.

    Beforehand, the standard deviation has a half-Cauchy distribution (Gelman 2006), whose scale is
    twice the chance within a part.
    """
    direction = float(np.mean([null.direction for null in nulls]))
    rho = _SPREADS[:, None] ** 2 * direction / np.mean(sizes)
    mean, variance, along = (
        np.array([getattr(null, name) for null in nulls])
        for name in ("mean", "variance", "direction")
    )
    more = sizes * rho * (1 + 1 / (len(squares) - 1))
    mean, variance = mean + more, variance + 2 * ((along + more) ** 2 - along**2)
    scale, degrees = variance / (2 * mean), 2 * mean**2 / variance
    fits = _log_density(squares / scale, degrees) - np.log(scale)
    log_weight = fits.sum(axis=1) + np.log(np.gradient(_SPREADS)) - np.log1p((_SPREADS / 2) ** 2)
    weights = np.exp(log_weight - log_weight.max())
    return Spread(rho[:, 0], weights / weights.sum(), len(squares))


def _log_density(x: Floats, degrees: Floats) -> Floats:
    """Of a χ². scipy.stats has it, too, but takes two seconds to load."""
    half, at = degrees / 2, np.maximum(x, _TINY)
    return np.asarray(
        (half - 1) * np.log(at) - at / 2 - half * np.log(2) - special.gammaln(half),
        dtype=np.float64,
    )


def p_value(square: float, size: float, null: Null, spread: Spread) -> float:
    """How often S² of a sample is at least so large without a change.

    Args:
        size: m of the sample.
    """
    along = null.direction + size * (spread.values + spread.of_reference)
    rest, weights = null.rest
    tail = special.erfc(np.sqrt(np.maximum(square - rest, 0) / (2 * along[:, None])))
    return float(spread.weights @ tail @ weights)


def level_of(name: str, chance: float, size: float, null: Null, spread: Spread) -> float:
    """The distance that is reached with this chance without a change."""
    from scipy import optimize  # loading it takes a quarter of a second, which few commands need

    high = null.mean
    while p_value(high, size, null, spread) > chance:
        high *= 4

    def beyond(square: float) -> float:
        found = p_value(square, size, null, spread)
        return float(np.log(max(found, _TINY * chance) / chance))

    square = float(optimize.brentq(beyond, 0.0, high, rtol=1e-6))
    return square / size if name == PSI else float(np.sqrt(square / size))


def square_of(name: str, distance: float, size: float) -> float:
    """S² of a distance."""
    return size * (distance if name == PSI else distance**2)
