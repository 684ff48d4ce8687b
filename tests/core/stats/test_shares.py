"""Intervals of shares and of their differences, against others and by enumeration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from core.stats.shares import (
    exact_share,
    independent_difference,
    paired_difference,
    share_interval,
    wilson_interval,
)

Z = stats.norm.ppf(0.975)


@pytest.mark.parametrize(
    ("count", "posts"), [(0, 1), (1, 1), (0, 40), (7, 40), (33, 1_000), (9, 9), (18, 18)]
)
def test_intervals_of_one_share_equal_scipys(count: int, posts: int) -> None:
    test = stats.binomtest(count, posts)
    exact, wilson = (test.proportion_ci(0.95, method=method) for method in ("exact", "wilson"))
    assert share_interval(count, posts) == pytest.approx(tuple(exact), abs=1e-12)
    assert wilson_interval(count, posts) == pytest.approx(tuple(wilson), abs=1e-12)


@pytest.mark.parametrize("posts", [10, 78, 1_000, 10_000])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999])
def test_the_exact_interval_covers_every_share(posts: int, share: float) -> None:
    """By summing over all samples: at least 95%, and either bound is passed in 2.5% at most."""
    counts = np.arange(posts + 1)
    weights = stats.binom.pmf(counts, posts, share)
    low, high = exact_share(counts, np.full(posts + 1, posts))
    assert weights[low > share].sum() <= 0.025 + 1e-12
    assert weights[high < share].sum() <= 0.025 + 1e-12


def score(delta: float, b: float, c: float, n: float) -> float:
    """Tango's score, the nuisance share by maximising the likelihood numerically."""

    def loss(q: float) -> float:
        shares = np.maximum([q, q + delta, 1 - 2 * q - delta], 0)
        counts = np.array([b, c, n - b - c])
        with np.errstate(divide="ignore", invalid="ignore"):
            return -float(np.nansum(np.where(counts > 0, counts * np.log(shares), 0.0)))

    low, high = max(0.0, -delta), (1 - delta) / 2
    found = optimize.minimize_scalar(
        loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    q = min((low, high, float(found.x)), key=loss)
    return float((c - b - n * delta) / np.sqrt(n * (2 * q + delta * (1 - delta))))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 60))
def test_the_bounds_of_a_paired_difference_are_where_the_score_is_z(
    only_baseline: int, only_candidate: int, others: int
) -> None:
    n = only_baseline + only_candidate + others
    low, high = paired_difference(*map(np.asarray, (only_baseline, only_candidate, n)))
    if n == 0:
        assert (low, high) == (-1, 1)
        return
    assert low <= (only_candidate - only_baseline) / n <= high
    for bound, expected in ((low, Z), (high, -Z)):
        if -1 < bound < 1:
            found = score(float(bound), only_baseline, only_candidate, n)
            assert found == pytest.approx(expected, abs=2e-3)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 60))
def test_a_paired_difference_is_the_same_from_either_side(b: int, c: int, others: int) -> None:
    n = np.asarray(b + c + others)
    low, high = paired_difference(np.asarray(b), np.asarray(c), n)
    swapped = paired_difference(np.asarray(c), np.asarray(b), n)
    np.testing.assert_allclose([-high, -low], swapped, atol=1e-9)


def test_without_a_discordant_post_a_paired_difference_is_still_open() -> None:
    low, high = paired_difference(np.asarray(0), np.asarray(0), np.asarray(78))
    assert (low, high) == pytest.approx((-(Z**2) / (78 + Z**2), Z**2 / (78 + Z**2)))


@pytest.mark.parametrize("posts", [10, 30, 78])
@pytest.mark.parametrize(
    ("only_baseline", "only_candidate"), [(0.005, 0.005), (0.05, 0.1), (0.01, 0.19), (0.25, 0.25)]
)
def test_a_paired_difference_covers_the_true_one(
    posts: int, only_baseline: float, only_candidate: float
) -> None:
    """By summing over all samples."""
    b, c = (grid.ravel() for grid in np.meshgrid(*[np.arange(posts + 1)] * 2))
    b, c = b[b + c <= posts], c[b + c <= posts]
    shares = [only_baseline, only_candidate, 1 - only_baseline - only_candidate]
    weights = stats.multinomial.pmf(np.stack([b, c, posts - b - c], axis=1), posts, shares)
    low, high = paired_difference(b, c, np.full(len(b), posts))
    true = only_candidate - only_baseline
    assert weights[(low <= true) & (true <= high)].sum() >= 0.94
    assert weights[low > true].sum() <= 0.05


def test_an_independent_difference_is_newcombes() -> None:
    """His example: 56 of 70 against 48 of 80 (Newcombe 1998, table II, method 10)."""
    first, second = wilson_interval(56, 70), wilson_interval(48, 80)
    low, high = independent_difference(
        np.asarray(0.6), np.asarray(0.8), np.array(second), np.array(first)
    )
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_nothing_was_seen() -> None:
    nothing = np.zeros(2)
    np.testing.assert_array_equal(exact_share(nothing, nothing), [[0, 0], [1, 1]])
