"""Values, intervals and differences of whole outcomes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from core.metrics import FIGURES
from core.stats.calibration import expected_calibration_error, reliability
from core.stats.estimates import Estimate, difference, estimate
from core.stats.predictions import Predictions

LABELS, POSTS = 8, 600


def outcome(rng: np.random.Generator, truth: np.ndarray, skill: float) -> Predictions:
    first = np.where(rng.random(len(truth)) < skill, truth, rng.integers(0, LABELS, len(truth)))
    p = np.clip(rng.beta(3, 3, len(truth)) + 0.2 * (first == truth), 0, 1)
    top = np.stack([(first + i) % LABELS for i in range(5)], axis=1)
    return Predictions(truth, top, np.stack([p, *((1 - p) / 2**i for i in range(1, 5))], axis=1))


@pytest.fixture(scope="module")
def both() -> tuple[np.ndarray, list[Predictions], list[dict[str, Estimate]]]:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, LABELS, POSTS)
    sides = [outcome(rng, truth, 0.5), outcome(rng, truth, 0.6)]
    return truth, sides, estimate(sides, FIGURES, labels=LABELS, rng=rng)


def test_values_are_those_of_the_metrics(both: tuple) -> None:
    truth, sides, found = both
    for side, metrics in zip(sides, found, strict=True):
        first = side.top[:, 0]
        calibration = expected_calibration_error(reliability(side.p_at_1, first == truth))
        expected = {
            "accuracy": accuracy_score(truth, first),
            "f1_macro": f1_score(truth, first, average="macro"),
            "f1_weighted": f1_score(truth, first, average="weighted"),
            "f1_micro": f1_score(truth, first, average="micro"),
            "recall_at_1": accuracy_score(truth, first),
            "recall_at_3": (side.top[:, :3] == truth[:, None]).any(axis=1).mean(),
            "precision_at_5": (side.top == truth[:, None]).any(axis=1).mean() / 5,
            "p_at_1_mean": side.p_at_1.mean(),
            "ece": calibration,
        }
        for name, value in expected.items():
            assert metrics[name].value == pytest.approx(value, abs=1e-12), name


def test_three_intervals_tell_about_the_same_where_posts_abound(both: tuple) -> None:
    _, _, (before, after) = both
    for name in before:
        change = difference(before[name], after[name], paired=True)
        width = np.diff(change.interval)[0]
        assert width > 0, name
        for other in (change.percentile, change.bca):
            np.testing.assert_allclose(other, change.interval, atol=0.35 * width, err_msg=name)


def test_the_same_posts_tell_a_difference_more_sharply_than_other_posts() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, LABELS, POSTS)
    one = outcome(rng, truth, 0.6)
    top = np.where(rng.random((POSTS, 1)) < 0.9, one.top, (one.top + 1) % LABELS)
    before, after = estimate(
        [one, Predictions(truth, top, one.probs)], FIGURES, labels=LABELS, rng=rng
    )
    for name in ("accuracy", "f1_macro"):
        sharp, wide = (
            np.diff(difference(before[name], after[name], paired=paired).interval)
            for paired in (True, False)
        )
        assert sharp < 0.7 * wide


def test_a_model_against_itself_differs_by_nothing_that_was_seen(both: tuple) -> None:
    _, _, (before, _) = both
    for name, value in before.items():
        change = difference(value, value, paired=True)
        assert (change.value, change.bca) == (0, (0, 0)), name
        low, high = change.interval
        reach = (value.span[1] - value.span[0]) * 4 / 300
        assert -reach < low < 0 < high < reach, name


@pytest.mark.parametrize("posts", [1, 2, 18, 78])
@pytest.mark.parametrize("labels", [1, 2, 5])
def test_nothing_is_certain_where_nothing_was_seen_to_vary(posts: int, labels: int) -> None:
    """All right, all wrong, or all alike: of every metric, and of its difference."""
    truth = np.arange(posts) % labels
    rng = np.random.default_rng(0)
    for first in (truth, np.full(posts, -1)):
        top = np.stack([first, *([np.full(posts, -1)] * 4)], axis=1)
        side = Predictions(truth, top, np.where(top >= 0, 1.0, 0.0))
        (one, two) = estimate([side, side], FIGURES, labels=labels, rng=rng, resamples=2)
        (other,) = estimate([side], FIGURES, labels=labels, rng=rng, resamples=2)
        for name, found in one.items():
            low, high = found.interval
            assert low <= found.value <= high, name
            assert high - low > 0.5 * (found.span[1] - found.span[0]) / posts, name
            for change in (
                difference(found, two[name], paired=True),
                difference(found, other[name], paired=False),
            ):
                low, high = change.interval
                assert low < 0 < high, name


def test_shares_of_a_model_have_the_exact_interval() -> None:
    truth = np.zeros(18, dtype=int)
    side = Predictions(truth, np.zeros((18, 1), dtype=int), np.full((18, 1), 0.9))
    (found,) = estimate([side], FIGURES, labels=2, rng=np.random.default_rng(0))
    for name in ("accuracy", "recall_at_1", "precision_at_1", "f1_micro", "f1_weighted"):
        assert found[name].interval == pytest.approx((0.8147, 1), abs=1e-4), name


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_every_interval_contains_its_figure(posts: int, labels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, posts)
    sides = []
    for _ in range(2):
        first = np.where(rng.random(posts) < rng.random(), truth, rng.integers(-1, labels, posts))
        top = np.stack([first, *([np.full(posts, -1)] * 4)], axis=1)
        p = rng.beta(rng.uniform(0.2, 3), rng.uniform(0.2, 3), posts)
        sides.append(Predictions(truth, top, np.where(top >= 0, p[:, None], 0.0)))
    before, after = estimate(sides, FIGURES, labels=labels, rng=rng, resamples=2)
    for name in before:
        for found in (
            before[name],
            after[name],
            difference(before[name], after[name], paired=True),
            difference(before[name], after[name], paired=False),
        ):
            low, high = found.interval
            assert found.span[0] <= low <= found.value <= high <= found.span[1], name


def test_one_prediction_a_post_has_no_recall_at_three() -> None:
    truth = np.array([0, 1, 1, 0])
    side = Predictions(truth, truth[:, None], np.full((4, 1), 0.5))
    (found,) = estimate([side], FIGURES, labels=2, rng=np.random.default_rng(0))
    assert "recall_at_1" in found
    assert "recall_at_3" not in found


def test_calibration_is_judged_on_posts_that_it_was_not_learned_on() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, LABELS, POSTS)
    calibrated = rng.random(POSTS) < 0.5
    sides = [outcome(rng, truth, skill) for skill in (0.5, 0.6)]
    told = [replace(side, calibrated=calibrated) for side in sides]
    rest = ~calibrated
    others = [Predictions(s.truth[rest], s.top[rest], s.probs[rest]) for s in sides]
    ours, theirs = (
        estimate(each, FIGURES, labels=LABELS, rng=np.random.default_rng(4))
        for each in (told, others)
    )
    for mine, other in zip(ours, theirs, strict=True):
        for part in ("value", "interval"):
            assert getattr(mine["ece"], part) == getattr(other["ece"], part)
    change = [difference(*(side["ece"] for side in each), paired=True) for each in (ours, theirs)]
    assert change[0].interval == change[1].interval
    whole = estimate(sides, FIGURES, labels=LABELS, rng=np.random.default_rng(4))
    assert whole[0]["ece"].value != ours[0]["ece"].value


def test_where_all_posts_were_calibrated_on_they_judge_all_the_same() -> None:
    truth = np.arange(40) % 4
    side = Predictions(truth, truth[:, None], np.full((40, 1), 0.7), np.ones(40, dtype=bool))
    (found,) = estimate([side], FIGURES, labels=4, rng=np.random.default_rng(0))
    assert found["ece"].value == pytest.approx(0.3)
