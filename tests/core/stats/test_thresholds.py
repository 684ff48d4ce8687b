"""Answering above a p@1, against counting by hand and resampling rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import Floats
from core.stats.predictions import Predictions
from core.stats.thresholds import AT, HELD, Answered, answered, matches
from tests.properties import examples


def side(p: list[float] | Floats, right: list[bool] | Floats) -> Predictions:
    first = np.where(np.asarray(right, dtype=bool), 0, 1).reshape(-1, 1)
    probs = np.asarray(p, dtype=np.float32).reshape(-1, 1)
    return Predictions(np.zeros(len(probs), dtype=np.int64), first, probs)


def pair(seed: int, posts: int, *, better: float = 0.0) -> tuple[Predictions, Predictions]:
    """Two calibrated models of the same posts; the second sees more by ``better``."""
    rng = np.random.default_rng(seed)
    strength, chance = 1.5 * rng.standard_normal(posts), rng.random(posts)
    made = []
    for more in (0.0, better):
        p = 1 / (1 + np.exp(-(strength + 0.7 * rng.standard_normal(posts) + more)))
        made.append(side(p, chance < p))
    return made[0], made[1]


posts_of_one = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50)


@settings(max_examples=examples(100))
@given(posts_of_one)
def test_counts_are_those_of_every_post_looked_at(posts: list[tuple[float, bool]]) -> None:
    made = side([p for p, _ in posts], [right for _, right in posts])
    found = answered(made)
    for place, at in enumerate(AT):
        taken = [right for p, right in zip(made.p_at_1, made.right, strict=True) if p >= at]
        assert (found.posts[place], found.right[place]) == (len(taken), sum(taken))


@settings(max_examples=examples(60))
@given(posts_of_one, st.booleans(), st.data())
def test_the_interval_holds_the_difference_and_never_closes(
    posts: list[tuple[float, bool]], paired: bool, data: st.DataObject
) -> None:
    other = data.draw(
        st.lists(posts_of_one.map(lambda p: p[0]), min_size=len(posts), max_size=len(posts))
    )
    sides = tuple(side([p for p, _ in each], [r for _, r in each]) for each in (posts, other))
    found = matches((sides[0], sides[1]), paired=paired, rng=np.random.default_rng(0), resamples=20)
    low, high = found.interval
    assert (low <= found.difference + 1e-12).all()
    assert (found.difference <= high + 1e-12).all()
    assert (high - low > 1e-6).all()
    assert (np.abs(found.interval) <= 1).all()


@settings(max_examples=examples(60))
@given(posts_of_one)
def test_a_model_differs_by_nothing_from_itself(posts: list[tuple[float, bool]]) -> None:
    made = side([p for p, _ in posts], [right for _, right in posts])
    found = matches((made, made), paired=True, rng=np.random.default_rng(0), resamples=20)
    assert not found.difference.any()
    np.testing.assert_array_equal(*found.at)


def by_hand(before: Answered, after: Answered, place: int) -> float:
    """The difference at one threshold, from its definition, walking up the thresholds."""

    def share(answers: Answered, wanted: float) -> float:
        precision = [r / n if n else 0 for r, n in zip(answers.right, answers.posts, strict=True)]
        best = [max(precision[: k + 1]) for k in range(len(precision))]
        for k, value in enumerate(best):
            if value >= wanted:
                part = 0 if k == 0 else (wanted - best[k - 1]) / (value - best[k - 1])
                at = max(k - 1, 0)
                step = answers.posts[k] - answers.posts[at]
                return float(answers.posts[at] + part * step) / float(answers.posts[0])
        return 0.0

    if not before.posts[place]:
        return 0.0
    wanted = before.right[place] / before.posts[place]
    return share(after, wanted) - share(before, wanted)


@settings(max_examples=examples(60))
@given(posts_of_one, posts_of_one)
def test_the_difference_is_that_of_walking_up_the_thresholds(
    one: list[tuple[float, bool]], other: list[tuple[float, bool]]
) -> None:
    sides = [side([p for p, _ in each], [r for _, r in each]) for each in (one, other)]
    found = matches((sides[0], sides[1]), paired=False, rng=np.random.default_rng(0), resamples=10)
    wanted = [by_hand(*map(answered, sides), round(100 * at)) for at in HELD]
    np.testing.assert_allclose(found.difference, wanted, atol=1e-9)


@pytest.mark.parametrize("paired", [True, False])
def test_the_interval_is_that_of_resampling_rows(paired: bool) -> None:
    sides = pair(3, 3_000, better=0.3)
    found = matches(sides, paired=paired, rng=np.random.default_rng(1))
    rng, place = np.random.default_rng(2), 50
    drawn = []
    for _ in range(300):
        rows = [rng.integers(0, 3_000, 3_000) for _ in sides]
        if paired:
            rows[1] = rows[0]
        again = [
            answered(side(each.p_at_1[row], each.right[row]))
            for each, row in zip(sides, rows, strict=True)
        ]
        drawn.append(by_hand(*again, place))
    low, high = found.interval[:, place // 5]
    assert [low, high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.2 * (high - low))


def test_a_model_that_sees_more_answers_more_at_the_same_precision() -> None:
    found = matches(pair(0, 20_000, better=0.5), paired=True, rng=np.random.default_rng(0))
    assert found.interval[0, 6:16].min() > 0


@pytest.mark.slow
def test_two_equal_models_are_rarely_told_apart() -> None:
    called = []
    for seed in range(200):
        found = matches(pair(seed, 2_000), paired=True, rng=np.random.default_rng(0))
        low, high = found.interval[:, [4, 10, 14]]
        called.append((low > 0) | (high < 0))
    assert np.mean(called) < 0.08


def test_what_is_precise_at_no_threshold_answers_nothing() -> None:
    before = side([0.9, 0.8], [True, True])
    after = side([0.9, 0.8], [False, True])
    found = matches((before, after), paired=True, rng=np.random.default_rng(0), resamples=10)
    assert np.isnan(found.at[1, 10])
    assert found.difference[10] == -1
    assert np.isnan(found.at[:, 19]).all()  # nothing is answered there
    assert found.difference[19] == 0
