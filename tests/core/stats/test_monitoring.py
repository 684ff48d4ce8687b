"""Levels are reached as often as they should be, and all looks together stay within theirs."""

import numpy as np
import pytest

from core.arrays import Floats
from core.stats import monitoring as m
from core.stats.distances import distances, population_stability_index

REFERENCE, SAMPLE, RUNS = 4_000, 400, 400
ONE = m.mean_null(1.0)


def distance(name: str, sample: Floats, reference: Floats) -> float:
    if name == m.PSI:
        return population_stability_index(sample, reference)
    return distances(sample, reference)[0 if name == m.KS else 1]


@pytest.mark.parametrize("name", m.DISTANCES)
def test_without_a_change_a_level_is_passed_as_often_as_it_says(name: str) -> None:
    rng = np.random.default_rng(1)
    nulls = {
        m.KS: m.KOLMOGOROV,
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


def test_all_looks_together_take_no_more_than_the_level() -> None:
    spent = sum(m.allowed(0.05, look) for look in range(1, 100_000))
    assert 0.0499 < spent < 0.05
    assert m.allowed(0.05, 1) == 0.025


def test_p_values_fall_and_levels_give_them_back() -> None:
    found = [m.p_value(square, 100.0, ONE, m.CHANCE_ALONE) for square in (0.0, 1.0, 4.0, 25.0)]
    assert found == sorted(found, reverse=True)
    assert found[2] == pytest.approx(0.0455, rel=0.02)  # of a normal variable beyond 2
    for name in m.DISTANCES:
        level = m.level_of(name, 0.001, 100.0, ONE, m.CHANCE_ALONE)
        square = m.square_of(name, level, 100.0)
        assert m.p_value(square, 100.0, ONE, m.CHANCE_ALONE) == pytest.approx(0.001, rel=1e-4)


def test_parts_that_differ_by_more_than_chance_raise_the_level() -> None:
    sizes, nulls = np.full(8, 100.0), [ONE] * 8
    alike = m.spread_between(np.full(8, 0.5), sizes, nulls)
    apart = m.spread_between(np.full(8, 9.0), sizes, nulls)
    more = m.spread_between(np.full(40, 0.5), np.full(40, 100.0), [ONE] * 40)
    levels = [m.level_of(m.KS, 0.001, 100.0, ONE, each) for each in (more, alike, apart)]
    assert levels == sorted(levels)
    assert levels[0] > m.level_of(m.KS, 0.001, 100.0, ONE, m.CHANCE_ALONE)


def test_the_spread_that_was_there_is_found() -> None:
    rng = np.random.default_rng(0)
    sizes = np.full(200, 100.0)
    found = m.spread_between((1 + 100 * 0.04) * rng.chisquare(1, 200), sizes, [ONE] * 200)
    assert found.values @ found.weights == pytest.approx(0.04, rel=0.3)


def test_a_reference_of_one_value_does_not_break() -> None:
    rng = np.random.default_rng(0)
    same = np.full(100, 0.5)
    for null in (m.wasserstein_null(same, rng=rng), m.psi_null(same, 10, rng=rng)):
        assert np.isfinite(m.level_of(m.WASSERSTEIN, 0.01, 10.0, null, m.CHANCE_ALONE))
