"""Groups against all others, within strata."""

import numpy as np
import pytest
from scipy import stats

from core.stats.stratified import against_all


def by_enumeration(hits: list[int], posts: list[int], all_hits: list[int], n: list[int]) -> float:
    """The p-value of one group in two strata, from every pair of counts that there could be."""
    laws = [stats.hypergeom(n[s], all_hits[s], posts[s]) for s in range(2)]
    at_most = at_least = 0.0
    for first in range(posts[0] + 1):
        for second in range(posts[1] + 1):
            chance = laws[0].pmf(first) * laws[1].pmf(second)
            at_most += chance * (first + second <= sum(hits))
            at_least += chance * (first + second >= sum(hits))
    return float(min(1.0, 2 * min(at_most, at_least)))


def test_the_p_values_are_those_of_all_possible_tables() -> None:
    rng = np.random.default_rng(3)
    posts = rng.integers(0, 30, (6, 2))
    hits = rng.binomial(posts, [0.9, 0.5])
    found = against_all(hits, posts)
    n, m = posts.sum(axis=0).tolist(), hits.sum(axis=0).tolist()
    for group in range(6):
        wanted = by_enumeration(hits[group].tolist(), posts[group].tolist(), m, n)
        assert found.p_value[group] == pytest.approx(wanted, rel=1e-9)


def test_what_is_expected_follows_from_the_strata() -> None:
    found = against_all(
        np.array([[90, 0], [0, 10], [0, 40]]), np.array([[100, 0], [0, 20], [0, 80]])
    )
    assert found.expected.tolist() == [0.9, 0.5, 0.5]
    assert found.p_value.tolist() == pytest.approx([1, 1, 1])  # alone in its stratum, or as it


def test_a_group_without_posts_is_expected_nothing_of() -> None:
    found = against_all(np.array([[0], [3]]), np.array([[0], [5]]))
    assert np.isnan(found.expected[0])
    assert found.p_value.tolist() == [1, 1]


def test_what_is_far_out_is_never_quite_impossible() -> None:
    found = against_all(np.array([[0], [100_000]]), np.array([[5_000], [100_000]]))
    assert (found.p_value > 0).all()
    assert (found.p_value < 1e-15).all()


def test_without_strata_the_one_sided_tail_is_fishers() -> None:
    hits, posts = np.array([[2], [40]]), np.array([[10], [60]])
    one_sided = stats.fisher_exact([[2, 8], [40, 20]], alternative="less").pvalue
    assert against_all(hits, posts).p_value[0] == pytest.approx(2 * one_sided)


@pytest.mark.parametrize("same", [0.99, 0.7])
def test_groups_that_do_not_differ_are_called_at_most_as_often_as_said(same: float) -> None:
    rng = np.random.default_rng(1)
    called = []
    for _ in range(40):
        posts = np.stack([rng.integers(20, 400, 30), rng.integers(0, 60, 30)], axis=1)
        hits = rng.binomial(posts, [same, same - 0.1])
        called.append((against_all(hits, posts).p_value < 0.05).mean())
    assert np.mean(called) < 0.055
    assert np.mean(called) > 0.01
