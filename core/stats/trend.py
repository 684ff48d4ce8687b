"""How fast a figure falls from one window to the next, and when it will be below a level. Pure.

The figures of windows lie around a straight line. What is left has two parts: chance among the
posts of a window, whose variance is known, and an effect of each window, since weeks differ by more
than posts do, and one after the other differ less than others. The effects have a variance τ² and a
correlation ρ of neighbours. Neither is estimated, as a dozen windows tell little of them: all are
weighed by how well they fit (their restricted likelihood; Harville 1974), and the line is the
mixture of what each of them makes of it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats, Int64s
from core.stats.intervals import LEVEL, Interval

_EFFECTS = np.concatenate([[0.0], np.geomspace(0.1, 30.0, 24)])
"""τ over the standard deviation of chance in a window. Beforehand it has a half-Cauchy distribution
(Gelman 2006), whose scale is twice that.
"""
_CORRELATIONS = np.array([0.0, 0.25, 0.5, 0.7, 0.85, 0.95])
"""ρ, all equally likely beforehand."""
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Trend:
    """A line as a mixture: weights (g,), intercept and slope (g, 2), covariances (g, 2, 2).

    ``origin``: the moment at which the intercept is the line's value.
    """

    origin: float
    weights: Floats
    lines: Floats
    covariances: Floats

    @property
    def slope(self) -> tuple[float, Interval]:
        """The change for one unit of time, and its 95% interval."""
        mean, error = self.lines[:, 1], np.sqrt(self.covariances[:, 1, 1])
        tail = (1 - LEVEL) / 2
        low, high = (self._quantile(chance, mean, error) for chance in (tail, 1 - tail))
        return float(self.weights @ mean), (low, high)

    def below(self, level: float, at: Floats, *, variance: float = 0.0) -> Floats:
        """How likely the line is below a level at each of the moments, shape (m,).

        Args:
            variance: of the level's own error.
        """
        x = np.stack([np.ones(len(at)), np.asarray(at) - self.origin])  # (2, m)
        mean = self.lines @ x
        spread = np.einsum("im,gij,jm->gm", x, self.covariances, x) + variance
        chance: Floats = self.weights @ special.ndtr((level - mean) / np.sqrt(spread))
        return chance

    def _quantile(self, chance: float, mean: Floats, error: Floats) -> float:
        from scipy import optimize  # loading it takes a second, which most commands need not spend

        low, high = float((mean - 40 * error).min()), float((mean + 40 * error).max())

        def beyond(value: float) -> float:
            return float(self.weights @ special.ndtr((value - mean) / error)) - chance

        return float(optimize.brentq(beyond, low, high, xtol=1e-12, rtol=1e-10))


def trend(values: Floats, variances: Floats, at: Floats, place: Int64s) -> Trend:
    """The line through the figures of windows.

    Args:
        values, variances: of each window, and of chance in it; shape (k,), k 3 or more.
        at: when, in any unit of time.
        place: of each window in the sequence of all, ascending: neighbours differ by 1.
    """
    variances = np.maximum(variances, _TINY)
    effects, correlations = (
        each.ravel() for each in np.meshgrid(_EFFECTS, _CORRELATIONS, indexing="ij")
    )
    apart = np.abs(place[:, None] - place[None, :])
    shared = correlations[:, None, None] ** apart * (effects**2 * variances.mean())[:, None, None]
    factor = np.linalg.cholesky(shared + np.diag(variances))  # (g, k, k)
    origin = float(at.mean())
    columns = np.stack([np.ones(len(at)), at - origin, values], axis=1)
    whitened = np.linalg.solve(factor, np.broadcast_to(columns, (len(factor), *columns.shape)))
    x, y = whitened[:, :, :2], whitened[:, :, 2]
    about = x.transpose(0, 2, 1) @ x
    covariances = np.linalg.inv(about)
    lines = np.einsum("gij,gkj,gk->gi", covariances, x, y)
    left = y - np.einsum("gki,gi->gk", x, lines)
    log_fit = (
        -np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        - 0.5 * np.linalg.slogdet(about)[1]
        - 0.5 * (left**2).sum(axis=1)
    )
    prior = np.gradient(_EFFECTS) / (1 + (_EFFECTS / 2) ** 2)
    log_weight = log_fit + np.log(np.repeat(prior, len(_CORRELATIONS)))
    weights = np.exp(log_weight - log_weight.max())
    return Trend(origin, weights / weights.sum(), lines, covariances)
