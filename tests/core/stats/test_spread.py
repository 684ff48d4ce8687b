"""Spreads of few repeats."""

import numpy as np
import pytest
from scipy import special, stats

from core.stats.spread import (
    _inverse_trigamma,
    band,
    p_value_of_difference,
    sd_of_difference,
    shrink,
)


def spreads(rng: np.random.Generator, true: np.ndarray, repeats: int) -> np.ndarray:
    values = rng.normal(0, true[:, None], size=(len(true), repeats))
    return values.std(axis=1, ddof=1)


def test_shrinking_comes_closer_to_the_truth_than_the_raw_spreads() -> None:
    rng = np.random.default_rng(0)
    true = 0.02 * np.sqrt(6 / rng.chisquare(6, 20_000))
    raw = spreads(rng, true, 4)
    found = shrink(raw, repeats=4)
    errors = [np.abs(np.log(sd / true)).mean() for sd in (found.sd, raw)]
    assert errors[0] < 0.75 * errors[1]
    assert found.degrees - 3 == pytest.approx(6, rel=0.1)  # the weight that was put in


def test_spreads_that_differ_by_chance_alone_become_nearly_one() -> None:
    rng = np.random.default_rng(1)
    found = shrink(spreads(rng, np.full(3_000, 0.03), 5), repeats=5)
    assert found.prior_sd == pytest.approx(0.03, rel=0.05)
    assert found.sd.std() < 0.003
    assert found.degrees > 50


def test_a_label_that_never_moved_keeps_a_band() -> None:
    raw = np.array([0.0, 0.01, 0.02, 0.03])
    assert (shrink(raw, repeats=4).sd > 0).all()


@pytest.mark.parametrize("repeats", [3, 5, 20])
def test_the_band_holds_the_difference_of_two_further_repeats(repeats: int) -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 1, size=(20_000, repeats + 2))
    sd = values[:, :repeats].std(axis=1, ddof=1)
    edge = band(np.sqrt(2) * sd, degrees=repeats - 1)
    held = np.abs(values[:, -1] - values[:, -2]) <= edge
    assert held.mean() == pytest.approx(0.95, abs=0.006)


@pytest.mark.parametrize(("repeats", "sds"), [((3, 3), (1, 1)), ((3, 5), (1, 3)), ((5, 3), (1, 9))])
def test_a_difference_of_two_kinds_of_repeats_stays_within_its_band(
    repeats: tuple[int, int], sds: tuple[float, float]
) -> None:
    """Of Welch's approximation, which is not exact."""
    rng = np.random.default_rng(4)
    seen = [
        rng.normal(0, sd, size=(40_000, number)).std(axis=1, ddof=1)
        for sd, number in zip(sds, repeats, strict=True)
    ]
    spread, degrees = sd_of_difference(*seen, degrees=(repeats[0] - 1, repeats[1] - 1))
    fewest = min(repeats) - 1
    assert (degrees >= fewest - 1e-9).all()
    assert (degrees <= sum(repeats) - 2 + 1e-9).all()
    change = rng.normal(0, sds[0], 40_000) - rng.normal(0, sds[1], 40_000)
    held = (np.abs(change) <= band(spread, degrees=degrees)).mean()
    assert 0.935 <= held <= 0.98


def test_the_degrees_of_freedom_are_those_of_scipys_welch_test() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(0, 1, 6), rng.normal(0, 4, 9)
    expected = stats.ttest_ind(a, b, equal_var=False).df
    # A mean of n has a variance n times smaller, and is known as well.
    sds = [np.array([one.std(ddof=1) / np.sqrt(len(one))]) for one in (a, b)]
    _, degrees = sd_of_difference(*sds, degrees=(5, 8))
    assert degrees[0] == pytest.approx(expected)


def test_where_nothing_varies_the_band_is_zero() -> None:
    spread, degrees = sd_of_difference(np.zeros(2), np.array([0.0, 1.0]), degrees=(4, np.inf))
    assert spread.tolist() == [0, 1]
    assert np.isinf(degrees).all()
    assert band(spread, degrees=degrees)[0] == 0


def test_the_band_of_well_known_spreads_is_the_normal_one() -> None:
    expected = stats.norm.ppf(0.975) * np.sqrt(2) * 0.01
    assert band(np.sqrt(2) * 0.01, degrees=np.inf) == pytest.approx(expected)


def test_p_values_of_two_further_repeats_are_uniform() -> None:
    """With spreads from few repeats, shrunk: far out as well as in the middle."""
    rng = np.random.default_rng(3)
    true = 0.02 * np.sqrt(6 / rng.chisquare(6, 60_000))
    found = shrink(spreads(rng, true, 4), repeats=4)
    change = rng.normal(0, true * np.sqrt(2))
    p_values = p_value_of_difference(change, np.sqrt(2) * found.sd, degrees=found.degrees)
    for level in (0.5, 0.05, 0.001):
        assert (p_values < level).mean() == pytest.approx(level, rel=0.15 if level > 0.01 else 0.5)


def test_the_band_is_where_the_p_value_is_a_twentieth() -> None:
    for degrees in (3.0, np.inf):
        sd = np.array([0.01, 0.2])
        p_values = p_value_of_difference(band(sd, degrees=degrees), sd, degrees=degrees)
        np.testing.assert_allclose(p_values, 0.05)
    assert np.isnan(
        p_value_of_difference(np.array([0.1, np.nan]), np.array([np.nan, 1]), degrees=3)
    ).all()


@pytest.mark.parametrize("x", [0.02, 0.5, 3.0, 400.0])
def test_inverse_trigamma_undoes_trigamma(x: float) -> None:
    assert _inverse_trigamma(float(special.polygamma(1, x))) == pytest.approx(x, rel=1e-6)
