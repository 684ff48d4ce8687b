"""Intervals from draws, against scipy's."""

import numpy as np
import pytest
from scipy import stats

from core.stats.intervals import bca_interval, percentile_interval


def test_bca_equals_scipys_on_a_skewed_mean() -> None:
    rng = np.random.default_rng(0)
    values = rng.exponential(1, 80)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    )
    draws = rng.choice(values, (20_000, 80)).mean(axis=1)
    a = stats.skew(values) / 6 / np.sqrt(80)
    found = bca_interval(draws, values.mean(), a)
    np.testing.assert_allclose(found, expected.confidence_interval, rtol=0.01)


def test_without_bias_and_skewness_it_is_the_percentile_interval() -> None:
    draws = np.random.default_rng(2).normal(0, 1, (3, 10_001))
    middle = np.median(draws, axis=1)
    found = bca_interval(draws, middle, np.zeros(3))
    np.testing.assert_allclose(found, percentile_interval(draws), atol=0.01)


def test_a_figure_that_never_moves_has_an_interval_of_one_point() -> None:
    assert bca_interval(np.full(100, 0.5), np.asarray(0.5), np.asarray(0.0)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("observed", [-9.0, 9.0])
def test_a_figure_beyond_all_draws_still_has_one(observed: float) -> None:
    draws = np.random.default_rng(3).normal(0, 1, 1_000)
    low, high = bca_interval(draws, np.asarray(observed), np.asarray(0.0))
    assert draws.min() <= low <= high <= draws.max()
