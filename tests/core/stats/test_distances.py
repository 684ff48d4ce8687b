"""Distances between two samples of p@1, against scipy and against slow definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, wasserstein_distance

from core.stats.distances import (
    binned_distances,
    binned_means_margin,
    kolmogorov_smirnov,
    population_stability_index,
    wasserstein,
)

samples = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=60)


def slow_psi(a: list[float], b: list[float], bins: int) -> float:
    def shares(sample: list[float]) -> list[float]:
        edges = np.linspace(0, 1, bins + 1)
        counts = [0.5] * bins
        for value in sample:
            inside = [i for i in range(bins) if edges[i] <= value < edges[i + 1]]
            counts[inside[0] if inside else bins - 1] += 1
        return [count / sum(counts) for count in counts]

    pairs = zip(shares(a), shares(b), strict=True)
    return sum((p - q) * math.log(p / q) for p, q in pairs)


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning:scipy")  # of its p-value, not used here
@given(samples, samples)
def test_distances_equal_scipy(a: list[float], b: list[float]) -> None:
    first, second = np.array(a), np.array(b)
    expected = ks_2samp(a, b, method="asymp").statistic
    assert kolmogorov_smirnov(first, second) == pytest.approx(expected, abs=1e-12)
    assert wasserstein(first, second) == pytest.approx(wasserstein_distance(a, b), abs=1e-12)


@given(samples, samples, st.integers(1, 25))
def test_stability_index_equals_its_definition(a: list[float], b: list[float], bins: int) -> None:
    found = population_stability_index(np.array(a), np.array(b), bins=bins)
    assert found == pytest.approx(slow_psi(a, b, bins), abs=1e-12)


@given(samples, samples)
def test_distances_are_symmetric_and_never_negative(a: list[float], b: list[float]) -> None:
    first, second = np.array(a), np.array(b)
    for distance in (kolmogorov_smirnov, wasserstein, population_stability_index):
        there, back = distance(first, second), distance(second, first)
        assert there == pytest.approx(back, abs=1e-12)
        assert there >= 0
        assert distance(first, first) == 0


def test_samples_without_overlap_are_as_far_apart_as_can_be() -> None:
    low, high = np.zeros(10), np.ones(10)
    assert kolmogorov_smirnov(low, high) == 1
    assert wasserstein(low, high) == 1
    assert math.isfinite(population_stability_index(low, high))


@given(samples, samples)
def test_of_bins_the_distances_are_as_close_as_bins_allow(a: list[float], b: list[float]) -> None:
    first, second = np.array(a), np.array(b)
    counts = [np.histogram(each, bins=50, range=(0, 1))[0] for each in (first, second)]
    ks, moved = binned_distances(*counts)
    widest = max((each / each.sum()).max() for each in counts)
    assert ks <= kolmogorov_smirnov(first, second) + 1e-9 <= ks + widest + 1e-6
    assert moved == pytest.approx(wasserstein(first, second), abs=1 / 50 + 1e-9)


def test_of_bins_in_which_each_sample_has_one_value_they_are_exact() -> None:
    ks, moved = binned_distances(np.array([4, 0, 0, 0]), np.array([0, 0, 2, 2]))
    assert (ks, moved) == (1.0, pytest.approx(0.625))


def test_the_margin_of_binned_means_is_that_of_two_samples_and_never_0() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.beta(2, 3, 4_000), rng.beta(3, 2, 900)
    binned = [np.histogram(sample, bins=50, range=(0, 1))[0] for sample in (a, b)]
    exact = 1.96 * math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    assert binned_means_margin(*binned) == pytest.approx(exact, rel=0.01)
    alike = np.array([0, 0, 30, 0])
    assert binned_means_margin(alike, alike) > 0.02
