"""Levels are reached as often as they should be, and all looks together stay within theirs."""

import numpy as np
import pytest
from scipy.special import stdtr, stdtrit

from core.arrays import Floats
from core.stats import monitoring as m
from core.stats.distances import distances, population_stability_index

REFERENCE, SAMPLE, RUNS = 4_000, 400, 400
ONE = m.Null.matched(1.0, mean=1.0, variance=2.0, effect=1.0)


def distance(name: str, sample: Floats, reference: Floats) -> float:
    if name == m.PSI:
        return population_stability_index(sample, reference)
    return distances(sample, reference)[0 if name == m.KS else 1]


@pytest.mark.parametrize("name", m.DISTANCES)
def test_without_a_change_a_level_is_passed_as_often_as_it_says(name: str) -> None:
    rng = np.random.default_rng(1)
    nulls = {
        m.KS: m.kolmogorov(np.sort(rng.beta(2, 1, REFERENCE))),
        m.WASSERSTEIN: m.wasserstein_null(np.sort(rng.beta(2, 1, REFERENCE)), rng=rng),
        m.PSI: m.psi_null(rng.beta(2, 1, REFERENCE), SAMPLE, rng=rng),
    }
    size = float(m.effective(SAMPLE, REFERENCE))
    level = m.level_of(name, 0.1, size, nulls[name], m.CHANCE_ALONE)
    beyond = sum(
        distance(name, rng.beta(2, 1, SAMPLE), rng.beta(2, 1, REFERENCE)) > level
        for _ in range(RUNS)
    )
    assert 0.05 < beyond / RUNS < 0.15  # five standard errors are 0.075


@pytest.mark.parametrize(("parts", "between"), [(8, 0.0), (8, 3.0), (40, 1.0)])
def test_all_looks_together_take_the_level_however_much_windows_differ(
    parts: int, between: float
) -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(0, np.hypot(1, between), (4_000, parts + m.LOOKS))
    seen, looks = means[:, :parts], means[:, parts:]
    error = seen.std(axis=1, ddof=1) * np.sqrt(1 + 1 / parts)
    reach = np.abs(looks - seen.mean(axis=1, keepdims=True)) / error[:, None]
    chance = 2 * stdtr(parts - 1, -reach)
    beyond = (chance.min(axis=1) < m.allowed(0.05, parts)).mean()
    assert beyond == pytest.approx(0.05, abs=0.012)  # three and a half standard errors


def test_p_values_fall_and_levels_give_them_back() -> None:
    found = [m.p_value(square, 100.0, ONE, m.CHANCE_ALONE) for square in (0.0, 1.0, 4.0, 25.0)]
    assert found == sorted(found, reverse=True)
    assert found[2] == pytest.approx(0.0455, rel=0.02)  # of a normal variable beyond 2
    for name in m.DISTANCES:
        level = m.level_of(name, 0.001, 100.0, ONE, m.CHANCE_ALONE)
        square = m.square_of(name, level, 100.0)
        assert m.p_value(square, 100.0, ONE, m.CHANCE_ALONE) == pytest.approx(0.001, rel=1e-4)


def spread(parts: int, sd: float, *, seed: int = 0) -> m.Spread:
    """Of parts of 100 posts with a variance of 1, whose means differ by ``sd``."""
    means = np.random.default_rng(seed).normal(0, sd, parts)
    apart = (means - means.mean()) * parts / (parts - 1)
    return m.spread_between(apart, np.full(parts, 100), variance=1.0)


def test_parts_that_differ_by_more_than_chance_raise_the_level() -> None:
    alike, apart, more = spread(8, 0.1), spread(8, 0.3), spread(400, 0.1)
    levels = [m.level_of(m.KS, 0.001, 100.0, ONE, each) for each in (alike, apart, more)]
    alone = m.level_of(m.KS, 0.001, 100.0, ONE, m.CHANCE_ALONE)
    assert levels[1] > 2 * levels[0]
    assert levels[2] == pytest.approx(alone, rel=0.1)


def test_windows_are_judged_as_by_students_t() -> None:
    found, size = spread(8, 0.3), 100.0
    variance = float(found.weights @ found.of_windows(np.array([0.01]))[:, 0])
    assert variance > 0.01
    level = m.level_of(m.WASSERSTEIN, 0.01, size, ONE, found)
    means = np.random.default_rng(0).normal(0, 0.3, 8)
    reach = stdtrit(7, 0.995) * means.std(ddof=1) * np.sqrt(1 + 1 / 8)
    assert level == pytest.approx(reach, rel=0.05)


def test_a_reference_of_one_value_does_not_break() -> None:
    rng = np.random.default_rng(0)
    same = np.full(100, 0.5)
    for null in (m.wasserstein_null(same, rng=rng), m.psi_null(same, 10, rng=rng)):
        assert np.isfinite(m.level_of(m.WASSERSTEIN, 0.01, 10.0, null, m.CHANCE_ALONE))
