"""Tests on pairs, against second implementations and by simulation."""

import itertools

import numpy as np
import pytest
from scipy import stats

from core.arrays import Floats, Ints
from core.stats.classification import label_counts
from core.stats.paired import (
    benjamini_hochberg,
    mcnemar_exact,
    paired_counts,
    swap_test_f1,
)


def sample(seed: int, *, posts: int = 60, labels: int = 4) -> tuple[Ints, Ints, Ints]:
    """Truth and two imperfect predictions, some of them missing (-1)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, posts)
    noisy = [
        np.where(rng.random(posts) < 0.6, truth, rng.integers(-1, labels, posts)) for _ in "ab"
    ]
    return truth, noisy[0], noisy[1]


def swapped_by_hand(truth: Ints, first: Ints, second: Ints, label: int) -> float:
    """The permutation p-value by swapping every subset of posts, straight from its definition."""

    def f1(said: Ints) -> Floats:
        hits = ((said == label) & (truth == label)).sum(axis=1)
        either = (said == label).sum(axis=1) + (truth == label).sum()
        return 2 * hits / np.maximum(either, 1)

    swap = np.array(list(itertools.product([False, True], repeat=len(truth))))
    changes = f1(np.where(swap, first, second)) - f1(np.where(swap, second, first))
    observed = abs(changes[0])  # that of swapping none
    return float((np.abs(changes) >= observed - 1e-12).mean())


@pytest.mark.parametrize("seed", range(20))
def test_counts_give_the_same_f1_as_each_model_alone(seed: int) -> None:
    truth, first, second = sample(seed)
    counts = paired_counts(truth, first, second, labels=4)
    np.testing.assert_allclose(counts.f1_baseline, label_counts(truth, first, labels=4).f1)
    np.testing.assert_allclose(counts.f1_candidate, label_counts(truth, second, labels=4).f1)


@pytest.mark.parametrize("seed", range(4))
def test_swap_test_equals_swapping_every_subset(seed: int) -> None:
    truth, first, second = sample(seed, posts=9, labels=3)
    found = swap_test_f1(paired_counts(truth, first, second, labels=3))
    by_hand = [swapped_by_hand(truth, first, second, label) for label in range(3)]
    np.testing.assert_allclose(found.p_value, by_hand, atol=1e-12)


def test_swap_test_does_not_care_which_model_comes_first() -> None:
    truth, first, second = sample(1, posts=400)
    one = swap_test_f1(paired_counts(truth, first, second, labels=4))
    other = swap_test_f1(paired_counts(truth, second, first, labels=4))
    np.testing.assert_allclose(one.p_value, other.p_value)


def test_swap_test_of_a_model_against_itself_shows_nothing() -> None:
    truth, first, _ = sample(2)
    found = swap_test_f1(paired_counts(truth, first, first, labels=4))
    assert (found.p_value == 1).all()
    assert (found.null_sd == 0).all()


@pytest.mark.slow
def test_swap_test_of_a_large_label_keeps_all_the_probability() -> None:
    truth, first, second = sample(3, posts=200_000)
    found = swap_test_f1(paired_counts(truth, first, second, labels=4))
    draws = np.random.default_rng(0)
    counts = paired_counts(truth, first, second, labels=4)
    hits = draws.binomial(counts.only_baseline[0] + counts.only_candidate[0], 0.5, 4_000)
    errors = draws.binomial(counts.false_baseline[0] + counts.false_candidate[0], 0.5, 4_000)
    changes = [_change(counts, 0, int(h), int(e)) for h, e in zip(hits, errors, strict=True)]
    assert found.null_sd[0] == pytest.approx(np.std(changes), rel=0.06)


def _change(counts: object, label: int, hits: int, errors: int) -> float:
    found = counts.only_baseline[label] + counts.only_candidate[label]  # type: ignore[attr-defined]
    named = counts.false_baseline[label] + counts.false_candidate[label]  # type: ignore[attr-defined]
    both, support = counts.both[label], counts.support[label]  # type: ignore[attr-defined]
    shared = support + both + counts.false_both[label]  # type: ignore[attr-defined]
    before = 2 * (both + hits) / (shared + hits + errors)
    after = 2 * (both + found - hits) / (shared + found - hits + named - errors)
    return float(after - before)


def test_exchangeable_models_are_called_different_no_more_often_than_promised() -> None:
    """1,000 simulated labels of two equally good, independent models: p < 0.05 in at most 5%."""
    rng = np.random.default_rng(5)
    labels, posts = 1_000, 80_000
    truth = rng.integers(0, labels, posts)
    first, second = (
        np.where(rng.random(posts) < 0.5, truth, rng.integers(0, labels, posts)) for _ in "ab"
    )
    found = swap_test_f1(paired_counts(truth, first, second, labels=labels))
    share = (found.p_value < 0.05).mean()
    assert 0.025 < share < 0.065  # exact, so at most 0.05 but for the simulation's own noise
    assert (benjamini_hochberg(found.p_value) < 0.05).sum() <= 2


def test_a_real_loss_is_found() -> None:
    rng = np.random.default_rng(6)
    truth = np.repeat(np.arange(10), 100)
    first = np.where(rng.random(1_000) < 0.7, truth, rng.integers(0, 10, 1_000))
    worse = (truth == 3) & (rng.random(1_000) < 0.35)
    second = np.where(worse, 4, first)
    found = swap_test_f1(paired_counts(truth, first, second, labels=10))
    assert benjamini_hochberg(found.p_value)[3] < 0.01


def test_the_most_extreme_change_keeps_a_positive_p_value() -> None:
    truth = np.zeros(2_000, dtype=np.int64)
    found = swap_test_f1(paired_counts(truth, truth, truth + 1, labels=2))
    assert 0 < found.p_value[0] <= 1e-18


def test_benjamini_hochberg_by_its_definition_leaves_out_what_was_not_tested() -> None:
    p_values = np.array([0.01, np.nan, 0.04, 0.03, 0.5])
    ranked = sorted(p for p in p_values if not np.isnan(p))
    by_hand = [
        min(ranked[j] * len(ranked) / (j + 1) for j in range(ranked.index(p), len(ranked)))
        for p in p_values[~np.isnan(p_values)]
    ]
    found = benjamini_hochberg(p_values)
    np.testing.assert_allclose(found[~np.isnan(p_values)], by_hand)
    assert np.isnan(found[1])
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()


@pytest.mark.parametrize("seed", range(3))
def test_benjamini_hochberg_equals_scipys(seed: int) -> None:
    p_values = np.random.default_rng(seed).random(200).round(2)  # with ties
    expected = stats.false_discovery_control(p_values, method="bh")
    np.testing.assert_allclose(benjamini_hochberg(p_values), expected, rtol=1e-12)


def test_mcnemar_equals_the_binomial_test() -> None:
    ways = np.array(list(itertools.product(range(12), repeat=2)))
    expected = [stats.binomtest(int(a), int(a + b)).pvalue if a + b else 1.0 for a, b in ways]
    np.testing.assert_allclose(mcnemar_exact(ways[:, 0], ways[:, 1]), expected, rtol=1e-12)


def test_mcnemar_of_an_overwhelming_change_is_small_but_not_zero() -> None:
    assert 0 < mcnemar_exact(np.array([0]), np.array([5_000]))[0] < 1e-15


def test_a_label_that_no_post_has_and_one_model_names_is_tested_without_a_warning() -> None:
    truth, named = np.zeros(8, int), np.array([1, 1, 0, 0, 0, 0, 0, 0])
    test = swap_test_f1(paired_counts(truth, truth, named, labels=2))
    assert test.p_value[1] == 1.0  # no hits either way: F1 stays 0
