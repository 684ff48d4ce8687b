"""Figures as a share of some number of posts."""

import numpy as np
import pytest

from core.arrays import Floats
from core.stats import effective, jackknife
from core.stats.classification import LabelCounts
from core.stats.figures import all_posts, labels_alike
from core.stats.scores import balanced_accuracy, f1_macro, matthews_correlation
from core.stats.shares import exact_share, paired_difference


def of_posts(values: Floats) -> jackknife.Part:
    return values - values.mean(), np.ones(len(values), dtype=np.int64)


@pytest.mark.parametrize("hits", [0, 1, 40, 77, 78])
def test_a_share_has_its_exact_interval(hits: int) -> None:
    values = np.arange(78) < hits
    found = effective.one(np.asarray(values.mean()), of_posts(values), 78)
    np.testing.assert_allclose(found, exact_share(hits, 78), atol=1e-9)


@pytest.mark.parametrize(("only_baseline", "only_candidate"), [(0, 0), (0, 5), (9, 4), (39, 39)])
def test_a_difference_of_shares_has_its_score_interval(
    only_baseline: int, only_candidate: int
) -> None:
    values = np.zeros(78)
    values[:only_baseline] = -1
    values[78 - only_candidate :] = 1
    found = effective.paired(np.asarray(values.mean()), of_posts(values), 78)
    np.testing.assert_allclose(
        found, paired_difference(only_baseline, only_candidate, 78), atol=1e-7
    )


def test_a_figure_of_another_span_is_moved_there() -> None:
    values = np.arange(50) < 40
    wide = effective.one(np.asarray(2 * values.mean() - 1), of_posts(2 * values - 1), 50, (-1, 1))
    np.testing.assert_allclose(wide, 2 * exact_share(40, 50) - 1, atol=1e-9)
    change = np.where(np.arange(50) < 3, 1.0, 0.0)
    wide = effective.paired(np.asarray(2 * change.mean()), of_posts(2 * change), 50, (-1, 1))
    np.testing.assert_allclose(wide, 2 * paired_difference(0, 3, 50), atol=1e-7)


def test_where_posts_abound_it_is_the_jackknifes() -> None:
    values = np.random.default_rng(0).random(20_000) < 0.6
    part = of_posts(values)
    found = effective.one(np.asarray(values.mean()), part, 20_000)
    normal = jackknife.jackknife_interval(np.asarray(values.mean()), [part])
    np.testing.assert_allclose(found, normal, atol=1e-4)


def test_it_is_no_narrower_than_the_posts_allow() -> None:
    """One error that hardly counts says little about errors that count more."""
    influence = np.array([0.0] * 77 + [-0.01])
    part = influence - influence.mean(), np.ones(78, dtype=np.int64)
    low, high = effective.one(np.asarray(0.9999), part, 78)
    assert low < exact_share(78, 78)[0] + 1e-3
    assert high == 1


def test_an_interval_contains_its_figure_where_the_bias_is_large() -> None:
    influence = np.full(40, -2.0)
    influence[0] = 1.0
    part = influence, np.ones(40, dtype=np.int64)
    low, high = effective.one(np.asarray(0.1), part, 40)
    assert low <= 0.1 <= high
    low, high = effective.paired(np.asarray(0.1), part, 40)
    assert low <= 0.1 <= high


def counts(support: list[int], predicted: list[int], correct: list[int]) -> LabelCounts:
    return LabelCounts(*map(np.array, (support, predicted, correct)))


def test_what_a_figure_rests_on() -> None:
    even = counts([50, 50], [50, 50], [50, 50])
    assert all_posts(even) == 100
    assert balanced_accuracy.rests_on(even) == pytest.approx(99)
    assert f1_macro.rests_on(even) == pytest.approx(99.5)
    assert matthews_correlation.rests_on(even) == 100
    skewed = counts([98, 2], [98, 2], [98, 2])
    assert balanced_accuracy.rests_on(skewed) == pytest.approx(4 / (1 / 97.5 + 1 / 1.5))
    assert matthews_correlation.rests_on(skewed) == pytest.approx(2 * 100 * 2 * 0.98 * 0.02)
    alone = counts([100, 0], [100, 0], [100, 0])
    assert matthews_correlation.rests_on(alone) == 0
    assert f1_macro.rests_on(counts([3], [4], [2])) == pytest.approx(3.25)
    assert labels_alike(np.zeros(0)) == 0
