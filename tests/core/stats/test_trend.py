"""The line through the figures of windows, and when it is below a level."""

import numpy as np
import pytest
from scipy import linalg, stats

from core.arrays import Floats
from core.stats.trend import _CORRELATIONS, _EFFECTS, Trend, trend

SLOPE, CHANCE = -0.002, 0.008


def drawn(
    rng: np.random.Generator, windows: int, *, effects: float = 1.0, correlation: float = 0.3
) -> Floats:
    """Accuracies that fall by :data:`SLOPE`, with chance and with effects of windows."""
    place = np.arange(windows)
    shared = correlation ** np.abs(place[:, None] - place) * (effects * CHANCE) ** 2
    noise = rng.multivariate_normal(np.zeros(windows), shared + CHANCE**2 * np.eye(windows))
    return np.asarray(0.4 + SLOPE * place + noise, dtype=np.float64)


def fitted(values: Floats) -> Trend:
    place = np.arange(len(values))
    return trend(values, np.full(len(values), CHANCE**2), place.astype(np.float64), place)


def test_it_is_the_mixture_of_least_squares_weighed_by_the_likelihood_of_contrasts() -> None:
    """The restricted likelihood is that of contrasts, which no line changes (Harville 1974)."""
    rng = np.random.default_rng(3)
    place = np.array([0, 1, 2, 4, 5, 9, 10])
    at, variances = place * 1.0, rng.uniform(0.5, 2, len(place)) * CHANCE**2
    values = 0.4 + SLOPE * at + rng.normal(0, 2 * CHANCE, len(at))
    design = np.stack([np.ones(len(at)), at - at.mean()], axis=1)
    contrasts = linalg.null_space(design.T)
    prior = np.gradient(_EFFECTS) / (1 + (_EFFECTS / 2) ** 2)
    weights, slopes, errors = [], [], []
    for effect, before in zip(_EFFECTS, prior, strict=True):
        for rho in _CORRELATIONS:
            whole = np.diag(variances) + effect**2 * variances.mean() * rho ** np.abs(
                place[:, None] - place
            )
            inverse = np.linalg.inv(whole)
            covariance = np.linalg.inv(design.T @ inverse @ design)
            slopes.append((covariance @ design.T @ inverse @ values)[1])
            errors.append(np.sqrt(covariance[1, 1]))
            normal = stats.multivariate_normal(cov=contrasts.T @ whole @ contrasts)
            weights.append(before * normal.pdf(contrasts.T @ values))
    share = np.array(weights) / np.sum(weights)
    found = trend(values, variances, at, place)
    assert found.weights == pytest.approx(share)
    value, (low, high) = found.slope
    assert value == pytest.approx(share @ slopes)
    for end, chance in ((low, 0.025), (high, 0.975)):
        assert share @ stats.norm.cdf(end, slopes, errors) == pytest.approx(chance)


@pytest.mark.parametrize(("windows", "effects"), [(8, 0.0), (13, 1.0), (20, 3.0)])
def test_the_interval_holds_the_slope_in_95_of_100_runs(windows: int, effects: float) -> None:
    rng = np.random.default_rng(windows)
    runs, held = 100, 0
    for _ in range(runs):
        low, high = fitted(drawn(rng, windows, effects=effects)).slope[1]
        held += low <= SLOPE <= high
    assert held / runs >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / runs)


def test_below_is_the_share_of_lines_that_are() -> None:
    rng = np.random.default_rng(5)
    found = fitted(drawn(rng, 13))
    chosen = rng.choice(len(found.weights), 40_000, p=found.weights)
    lines = found.lines[chosen] + np.einsum(
        "nij,nj->ni", np.linalg.cholesky(found.covariances)[chosen], rng.normal(size=(40_000, 2))
    )
    at = np.array([12.0, 30.0, 60.0])
    there = lines[:, :1] + lines[:, 1:] * (at - found.origin)
    level = 0.35 + rng.normal(0, 0.005, len(lines))
    share = (there < level[:, None]).mean(axis=0)
    assert found.below(0.35, at, variance=0.005**2) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("windows", [3, 8])
def test_neither_the_order_of_windows_nor_the_level_of_values_moves_the_slope(windows: int) -> None:
    rng = np.random.default_rng(windows)
    values = drawn(rng, windows)
    order, place = rng.permutation(windows), np.arange(windows)
    expected = fitted(values).slope
    variances = np.full(windows, CHANCE**2)
    for found in (
        trend(values[order], variances, place[order] * 1.0, place[order]),
        fitted(values + 0.2),
    ):
        assert found.slope[0] == pytest.approx(expected[0])
        assert found.slope[1] == pytest.approx(expected[1])


def test_values_on_a_line_have_an_interval_all_the_same() -> None:
    value, (low, high) = fitted(0.4 + SLOPE * np.arange(8)).slope
    assert value == pytest.approx(SLOPE)
    assert high - low > 0.001
