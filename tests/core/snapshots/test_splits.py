"""Which post goes into which split: promises that hold for any posts."""

import random as random_module

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import InputError
from core.snapshots.splits import LEFT_OUT, Assignment, chronological, random

TRAIN, VALID, TEST = range(3)
FRACTIONS = (0.6, 0.2, 0.2)
Posts = tuple[np.ndarray, np.ndarray]

# Few moments and few texts, so that ties and reposts are common.
posts = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 25)), min_size=3, max_size=60).map(
    lambda drawn: tuple(np.array(column) for column in zip(*sorted(drawn), strict=True))
)
fractions = st.tuples(*[st.integers(1, 10)] * 3).map(lambda f: tuple(x / sum(f) for x in f))


def by_time(posts: Posts, fractions: tuple[float, float, float] = FRACTIONS) -> Assignment:
    try:
        return chronological(*posts, fractions)
    except InputError:
        assume(False)  # too few posts for these fractions
        raise


def by_chance(
    posts: Posts, *, seed: int = 0, fractions: tuple[float, float, float] = FRACTIONS
) -> Assignment:
    try:
        return random(posts[1], fractions, seed=seed)
    except InputError:
        assume(False)  # some split nothing would be left for
        raise


def splits_of_each_text(assigned: Assignment, text: np.ndarray) -> list[set[int]]:
    return [set(assigned.split[text == one].tolist()) - {LEFT_OUT} for one in np.unique(text)]


@given(posts, fractions)
def test_time_passes_from_train_over_valid_to_test(
    posts: Posts, fractions: tuple[float, float, float]
) -> None:
    assigned, created = by_time(posts, fractions), posts[0]
    moments = [created[assigned.split == split] for split in (TRAIN, VALID, TEST)]
    valid, test = assigned.cutoffs["valid"], assigned.cutoffs["test"]
    assert moments[TRAIN].max() < valid <= moments[VALID].min()
    assert moments[VALID].max() < test <= moments[TEST].min()


@given(posts)
def test_a_text_stands_in_one_split_only_and_in_the_earliest(posts: Posts) -> None:
    assigned = by_time(posts)
    assert all(len(splits) == 1 for splits in splits_of_each_text(assigned, posts[1]))


@given(posts)
def test_only_texts_of_an_earlier_split_are_left_out(posts: Posts) -> None:
    assigned, (created, text) = by_time(posts), posts
    left_out = assigned.split == LEFT_OUT
    assert assigned.straddling == left_out.sum()
    for one, moment in zip(text[left_out], created[left_out], strict=True):
        kept = created[(text == one) & ~left_out]
        assert kept.max() < moment


@given(posts)
def test_each_post_is_in_one_split_or_left_out(posts: Posts) -> None:
    for assigned in (by_time(posts), by_chance(posts)):
        assert len(assigned.split) == len(posts[0])
        assert set(assigned.split.tolist()) <= {LEFT_OUT, TRAIN, VALID, TEST}


@given(posts, st.integers(0, 2**31 - 1))
def test_chance_keeps_texts_together_and_leaves_none_out(posts: Posts, seed: int) -> None:
    assigned = by_chance(posts, seed=seed)
    assert all(len(splits) == 1 for splits in splits_of_each_text(assigned, posts[1]))
    assert (assigned.straddling, assigned.cutoffs) == (0, {})
    assert LEFT_OUT not in assigned.split


@given(posts, st.integers(0, 2**31 - 1), st.randoms(use_true_random=False))
def test_chance_is_reproducible_and_blind_to_the_order_of_posts(
    posts: Posts, seed: int, shuffler: object
) -> None:
    first = by_chance(posts, seed=seed).split
    np.testing.assert_array_equal(by_chance(posts, seed=seed).split, first)
    order = list(range(len(first)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    shuffled = by_chance((posts[0][order], posts[1][order]), seed=seed).split
    np.testing.assert_array_equal(shuffled, first[order])


def test_another_seed_draws_another_split() -> None:
    text = np.arange(500)
    one, other = (random(text, FRACTIONS, seed=seed).split for seed in (1, 2))
    assert (one != other).any()


def test_splits_have_the_sizes_that_were_asked_for() -> None:
    n = np.arange(10_000)
    exact = np.bincount(chronological(n, n, (0.8, 0.1, 0.1)).split)
    assert exact.tolist() == [8_000, 1_000, 1_000]
    drawn = np.bincount(random(n, (0.8, 0.1, 0.1), seed=0).split)
    np.testing.assert_allclose(drawn, [8_000, 1_000, 1_000], rtol=0.15)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_posts_than_splits_are_refused(n: int) -> None:
    with pytest.raises(InputError, match=f"{n} posts are too few"):
        chronological(np.arange(n), np.arange(n), FRACTIONS)


def test_posts_of_one_second_cannot_be_cut() -> None:
    with pytest.raises(InputError, match="nothing would be left for"):
        chronological(np.zeros(100, dtype=np.int64), np.arange(100), FRACTIONS)


def test_one_text_cannot_be_drawn_into_three_splits() -> None:
    with pytest.raises(InputError, match="too few"):
        random(np.zeros(100, dtype=np.int64), FRACTIONS, seed=0)


def test_the_test_split_may_begin_on_a_day_and_the_rest_is_shared_by_their_fractions() -> None:
    created = np.arange(100, dtype=np.int64) * 10
    assigned = chronological(created, np.arange(100), (0.6, 0.2, 0.2), test_since=600)
    assert assigned.cutoffs == {"valid": 450, "test": 600, "end": 991}
    assert np.bincount(assigned.split).tolist() == [45, 15, 40]


def test_a_test_split_that_begins_after_the_last_post_is_refused() -> None:
    created = np.arange(100, dtype=np.int64)
    with pytest.raises(InputError, match="test"):
        chronological(created, created, (0.8, 0.1, 0.1), test_since=100)


@given(posts, fractions, st.randoms(use_true_random=False), st.booleans())
def test_posts_that_judge_are_in_valid_or_in_none(
    posts: Posts, fractions: tuple[float, float, float], rng: random_module.Random, by_time_: bool
) -> None:
    judging = np.array([rng.random() < 0.3 for _ in posts[0]])
    try:
        if by_time_:
            assigned = chronological(*posts, fractions, judging=judging)
        else:
            assigned = random(posts[1], fractions, seed=0, judging=judging)
    except InputError:
        assume(False)
        raise
    assert set(assigned.split[judging].tolist()) <= {VALID, LEFT_OUT}
    # One is left out only where the same text is known from train already.
    trained = set(posts[1][assigned.split == TRAIN].tolist())
    left_out = judging & (assigned.split == LEFT_OUT)
    assert set(posts[1][left_out].tolist()) <= trained
    assert not trained & set(posts[1][assigned.split == VALID].tolist())
    assert assigned.straddling == int(np.count_nonzero(assigned.split == LEFT_OUT))
