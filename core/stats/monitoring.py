"""When samples that come one after the other are further from a reference than they should be.

A distance D of a sample of n from a reference of N is judged by ``S² = m D²`` (of the PSI: ``m D``)
with ``m = n N / (n + N)``: where nothing has changed and posts are independent, its distribution
hardly depends on n. It is the norm of many small deviations, of which one direction varies most;
that alone decides how likely large values are.

Posts of one week are not independent: weeks differ by more than posts do. How far the means of
weeks are apart is told by the parts of the reference, of which there are few. So a mean is judged
as by Student's t, and what it does to a distance is added to the variance of that direction.

How many looks there will be, nobody knows. A level speaks of :data:`LOOKS` of them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from core.arrays import Floats, Ints
from core.stats.distances import PSI_BINS

KS, WASSERSTEIN, PSI = "ks", "wasserstein", "psi"
DISTANCES = (KS, WASSERSTEIN, PSI)
LOOKS = 26
"""Windows of which a level speaks: half a year of weeks."""
_DRAWS = 2_000
_GRID = 256
"""Points of the reference at which a Brownian bridge is drawn."""
_RATIOS = np.geomspace(0.02, 2_500, 120)
"""Of the variance of a part's mean to that by chance, each as likely as the next beforehand."""
_STEPS = np.linspace(-4, 14, 55)
"""Standard deviations from the mean, at which the directions that vary less are summed over."""
_NEXT_TO_NOTHING = 1e-8
"""A weight beside the largest that changes no level."""
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Null:
    """How S² is distributed without a change: ``direction`` times a χ² of one degree, and, of all
    other directions, ``scale`` times one of ``degrees``. ``effect``: the square of the distance by
    which a window is apart whose mean is apart by 1.
    """

    direction: float
    scale: float
    degrees: float
    effect: float

    @classmethod
    def matched(cls, direction: float, *, mean: float, variance: float, effect: float) -> "Null":
        """With that mean and variance of S², as far as the direction leaves any of them."""
        rest = max(mean - direction, _TINY)
        of_rest = max(variance - 2 * direction**2, rest**2 / 50)
        return cls(max(direction, _TINY), of_rest / (2 * rest), 2 * rest**2 / of_rest, effect)

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


def kolmogorov(reference: Floats) -> Null:
    """Of KS: mean and variance of the Kolmogorov distribution, and its tail, ``2 exp(-2 S²)``.

    Args:
        reference: its values, sorted, shape (N,).
    """
    mean, variance = np.pi**2 / 12, np.pi**4 * 7 / 720 - (np.pi**2 / 12) ** 2
    tilt = np.cumsum(reference - reference.mean()) / len(reference)
    effect = float((np.abs(tilt).max() / max(reference.var(), _TINY)) ** 2)
    return Null.matched(0.25, mean=mean, variance=variance, effect=effect)


@lru_cache
def allowed(level: float, parts: int, looks: int = LOOKS) -> float:
    """The chance of a false alarm that each of so many looks may take, so that all of them together
    come to ``level``.

    They share the error of the reference, and what is known of how windows differ, so they may take
    more than an equal share of it. Of windows as large as the parts of the reference, of which
    there are 2 or more.
    """
    degrees = parts - 1
    chance = (np.arange(200) + 0.5) / 200
    found = np.sqrt(special.chdtri(degrees, chance) / degrees)[:, None]
    error = special.ndtri(chance) / np.sqrt(parts)

    from scipy import optimize  # loading it takes a second, which most commands need not spend

    def too_often(reach: float) -> float:
        within = special.ndtr(reach * found - error) - special.ndtr(-reach * found - error)
        return float(1 - (within**looks).mean() - level)

    reach = float(optimize.brentq(too_often, 0.0, 1e4))
    return float(2 * special.stdtr(degrees, -reach / np.sqrt(1 + 1 / parts)))


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
    return Null.matched(float(reference.var()), **moments, effect=1.0)


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
    effect = 1 / max(float(reference.var()), _TINY)
    return Null.matched(one, mean=mean, variance=variance, effect=effect)


@dataclass(frozen=True, slots=True)
class Spread:
    """What the parts of a reference tell of how windows differ without a change.

    ``effects``: ρ, the variance between windows besides chance; ``chance``: the share of the
    variance by chance that there is, below 1 only where ρ is 0; ``weights`` of these pairs; shape
    (r,) each. ``parts``: of the reference, whose own mean has an error of ρ over these.
    """

    effects: Floats
    chance: Floats
    weights: Floats
    parts: int

    def of_windows(self, variance: Floats) -> Floats:
        """The variance of the mean of each window, shape (r, t).

        Args:
            variance: of that by chance, shape (t,).
        """
        made: Floats = self.chance[:, None] * variance + self.effects[:, None]
        return made

    def of_reference(self, variance: float) -> Floats:
        """The same of the reference, shape (r,)."""
        made: Floats = self.chance * variance + self.effects / self.parts
        return made


CHANCE_ALONE = Spread(np.zeros(1), np.ones(1), np.ones(1), 1)
"""Parts differ by no more than independent posts do."""


def spread_between(apart: Floats, sizes: Ints, *, variance: float) -> Spread:
    """What the means of the parts of a reference tell.

    The variance V of a part's mean has the weights that make predictions of further means of such
    parts those of Student's t, with one degree of freedom less than parts: whatever V is, they hold
    as often as they say. Knowing that V is no less than chance alone makes them hold more often.

    Args:
        apart: of each part's mean from that of all other parts, shape (k,), k 2 or more.
        sizes: posts of each part.
        variance: of one post.
    """
    parts, posts = len(apart), sizes.sum()
    variance = max(variance, _TINY)
    both = sizes * (posts - sizes) / posts
    ratio = _RATIOS[:, None]
    effects = np.maximum(ratio - 1, 0) * variance / np.mean(sizes)
    chance = np.minimum(ratio, 1)
    each = chance * variance + effects * both * parts / (parts - 1)
    fits = (-np.log(each) - both * apart**2 / each).sum(axis=1) / 2
    log_weight = fits * (parts - 1) / parts
    weights = np.exp(log_weight - log_weight.max())
    kept = weights > _NEXT_TO_NOTHING
    return Spread(effects[kept, 0], chance[kept, 0], weights[kept] / weights[kept].sum(), parts)


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
    effects = null.effect * spread.effects * (1 + 1 / spread.parts)
    along = spread.chance * null.direction + size * effects
    rest, weights = null.rest
    tail = special.erfc(np.sqrt(np.maximum(square - rest, 0) / (2 * along[:, None])))
    return float(spread.weights @ tail @ weights)


def level_of(name: str, chance: float, size: float, null: Null, spread: Spread) -> float:
    """The distance that is reached with this chance without a change."""
    from scipy import optimize  # loading it takes a second, which most commands need not spend

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
