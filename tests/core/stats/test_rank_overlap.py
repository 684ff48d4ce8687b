"""How alike two rankings are."""

import numpy as np
import pytest

from core.arrays import Ints
from core.stats.rank_overlap import PERSISTENCE, rank_biased_overlap

LABELS, DEPTH, PAIRS = 9, 5, 200


def by_loops(ours: list[int], theirs: list[int], p: float) -> float:
    """The formula of the paper for two lists, cut to the same length."""
    k = min(len(ours), len(theirs))
    if k == 0:
        return 0.0
    shared = [len(set(ours[:d]) & set(theirs[:d])) for d in range(1, k + 1)]
    total = sum(shared[d - 1] / d * p**d for d in range(1, k + 1))
    return shared[-1] / k * p**k + (1 - p) / p * total


def rankings(seed: int) -> Ints:
    """Without repetition, some of them shorter than the others."""
    rng = np.random.default_rng(seed)
    made = rng.permuted(np.tile(np.arange(LABELS), (PAIRS, 1)), axis=1)[:, :DEPTH]
    return np.where(np.arange(DEPTH) < rng.integers(0, DEPTH + 3, (PAIRS, 1)), made, -1)


@pytest.mark.parametrize("p", [PERSISTENCE, 0.5])
def test_it_is_what_the_formula_says(p: float) -> None:
    ours, theirs = rankings(1), rankings(2)
    found = rank_biased_overlap(ours, theirs, p=p)
    wanted = [
        by_loops([x for x in a if x >= 0], [y for y in b if y >= 0], p)
        for a, b in zip(ours.tolist(), theirs.tolist(), strict=True)
    ]
    assert found == pytest.approx(wanted, abs=1e-12)


def test_equal_rankings_have_1_and_disjoint_ones_0() -> None:
    ours = rankings(3)
    some = (ours >= 0).any(axis=1)
    assert rank_biased_overlap(ours, ours)[some] == pytest.approx(1)
    assert not rank_biased_overlap(ours, ours)[~some].any()
    assert not rank_biased_overlap(ours, np.where(ours >= 0, ours + LABELS, -1)).any()


def test_it_does_not_matter_which_is_first() -> None:
    ours, theirs = rankings(4), rankings(5)
    assert rank_biased_overlap(ours, theirs) == pytest.approx(rank_biased_overlap(theirs, ours))


def test_a_difference_at_the_top_counts_more() -> None:
    ours = np.array([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]])
    top, bottom = rank_biased_overlap(ours, np.array([[9, 1, 2, 3, 4], [0, 1, 2, 3, 9]]))
    assert top < bottom < 1
