"""Leaving one post out, against doing just that."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score

from core.stats import scores
from core.stats.bootstrap import cells
from core.stats.classification import label_counts
from core.stats.jackknife import (
    acceleration,
    f1_change_influence,
    influence_over_labels,
    jackknife_interval,
    label_f1_influence,
)
from core.stats.paired import paired_counts

LABELS, POSTS = 6, 40
FIGURES = {
    "accuracy": scores.accuracy,
    "f1_macro": scores.f1_macro,
    "f1_micro": scores.f1_micro,
    "f1_weighted": scores.f1_weighted,
}
Ints = np.ndarray


def sample(seed: int) -> tuple[Ints, Ints, Ints]:
    """Truth and two predictions; one label stands in a single post, one is only predicted."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, LABELS - 2, POSTS)
    said = [
        np.where(rng.random(POSTS) < 0.5, truth, rng.integers(0, LABELS - 2, POSTS)) for _ in "ab"
    ]
    truth[0], said[0][0], said[1][1] = LABELS - 2, LABELS - 1, -1
    return truth, said[0], said[1]


def left_out(post: int) -> Ints:
    return np.arange(POSTS) != post


@pytest.mark.parametrize("metric", FIGURES)
@pytest.mark.parametrize("side", [0, 1])
def test_influence_on_a_metric_is_that_of_leaving_each_post_out(metric: str, side: int) -> None:
    truth, *said = sample(1)
    known = np.unique([*truth, *said[side][said[side] >= 0]])

    def score(kept: Ints) -> float:
        if metric == "accuracy":
            return float(accuracy_score(truth[kept], said[side][kept]))
        present = np.unique([*truth[kept], *said[side][kept]])
        average = metric.removeprefix("f1_")
        return float(
            f1_score(
                truth[kept],
                said[side][kept],
                labels=[label for label in known if label in present],
                average=average,
                zero_division=0,
            )
        )

    posts = cells(truth, *said)
    found = influence_over_labels(FIGURES[metric], posts, posts.first[side], labels=LABELS)
    place = {key: i for i, key in enumerate(zip(posts.truth, *posts.first, strict=True))}
    whole = score(np.ones(POSTS, dtype=bool))
    for post, key in enumerate(zip(truth, *said, strict=True)):
        expected = (POSTS - 1) * (whole - score(left_out(post)))
        assert found[place[key]] == pytest.approx(expected, abs=1e-10)


def test_influence_on_a_label_sums_up_like_leaving_each_post_out() -> None:
    """Mean and variance over all posts, which is all that the interval takes from it."""
    truth, first, second = sample(2)

    def change(kept: Ints) -> Ints:
        counts = paired_counts(truth[kept], first[kept], second[kept], labels=LABELS)
        return counts.f1_candidate - counts.f1_baseline

    whole = change(np.ones(POSTS, dtype=bool))
    by_hand = np.array([(POSTS - 1) * (whole - change(left_out(i))) for i in range(POSTS)])
    influence, posts = f1_change_influence(paired_counts(truth, first, second, labels=LABELS))
    np.testing.assert_array_equal(posts.sum(axis=0), POSTS)
    np.testing.assert_allclose((posts * influence).sum(axis=0), by_hand.sum(axis=0), atol=1e-10)
    np.testing.assert_allclose(
        (posts * influence**2).sum(axis=0), (by_hand**2).sum(axis=0), atol=1e-10
    )


def test_influence_on_the_f1_of_one_side_likewise() -> None:
    truth, first, _ = sample(3)
    whole = label_counts(truth, first, labels=LABELS).f1
    by_hand = np.array(
        [
            (POSTS - 1) * (whole - label_counts(truth[k], first[k], labels=LABELS).f1)
            for k in map(left_out, range(POSTS))
        ]
    )
    influence, posts = label_f1_influence(label_counts(truth, first, labels=LABELS))
    np.testing.assert_allclose((posts * influence).sum(axis=0), by_hand.sum(axis=0), atol=1e-10)
    np.testing.assert_allclose(
        (posts * influence**3).sum(axis=0), (by_hand**3).sum(axis=0), atol=1e-9
    )


def test_interval_of_a_mean_is_the_usual_one() -> None:
    values = np.random.default_rng(4).normal(2, 3, 500)
    part = (values - values.mean(), np.ones(500, dtype=int))
    low, high = jackknife_interval(values.mean(), [part])
    error = 1.959963984540054 * values.std(ddof=1) / np.sqrt(500)
    assert (low, high) == pytest.approx((values.mean() - error, values.mean() + error))


def test_parts_from_different_posts_add_their_variances() -> None:
    one, other = (np.random.default_rng(i).normal(0, 1 + i, 300) for i in (0, 1))
    parts = [(-(one - one.mean()), np.ones(300, int)), (other - other.mean(), np.ones(300, int))]
    low, high = jackknife_interval(other.mean() - one.mean(), parts)
    error = 1.959963984540054 * np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 300)
    assert high - low == pytest.approx(2 * error)


def test_the_bias_of_a_ratio_is_taken_out() -> None:
    """The plug-in variance, biased by (n - 1) / n, becomes the unbiased one."""
    values = np.random.default_rng(5).normal(0, 1, 30)
    whole = values.var()
    influence = np.array([29 * (whole - np.delete(values, i).var()) for i in range(30)])
    low, high = jackknife_interval(whole, [(influence, np.ones(30, int))])
    assert (low + high) / 2 == pytest.approx(values.var(ddof=1))


def test_acceleration_is_a_sixth_of_the_skewness() -> None:
    values = np.random.default_rng(6).exponential(1, 400)
    found = acceleration([(values - values.mean(), np.ones(400, int))])
    assert found == pytest.approx(stats.skew(values) / 6 / np.sqrt(400))
    assert acceleration([(np.zeros(5), np.ones(5, int))]) == 0
