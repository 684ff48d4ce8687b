"""Equal to scikit-learn, also where labels are missing on either side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from core.stats import classification as c
from core.stats import scores
from core.stats.figures import Figure, OverLabels
from core.stats.predictions import Predictions

CLOSE = {"rtol": 0, "atol": 1e-12}


def value(figure: Figure, truth: np.ndarray, top: np.ndarray) -> float:
    size = int(max(truth.max(initial=0), top.max(initial=0))) + 1
    counts = c.label_counts(truth, top[:, 0], labels=size)
    return figure.value(Predictions(truth, top, np.ones(top.shape)), counts)


def recall_at_k(truth: np.ndarray, top: np.ndarray, *, k: int) -> float:
    return value(scores.recall_at(k), truth, top)


def precision_at_k(truth: np.ndarray, top: np.ndarray, *, k: int) -> float:
    return value(scores.precision_at(k), truth, top)


@st.composite
def judged(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Truth, first predictions (-1: none) and the number of labels, some of them never used."""
    labels = draw(st.integers(1, 7))
    pairs = st.tuples(st.integers(0, labels - 1), st.integers(-1, labels - 1))
    drawn = draw(st.lists(pairs, min_size=1, max_size=60))
    truth, first = np.array(drawn).T
    return truth, first, labels


ADVERSARIAL = {
    "one label": ([0, 0, 0], [0, 0, 0], 1),
    "nothing predicted": ([0, 1, 2], [-1, -1, -1], 3),
    "a label never predicted": ([0, 1, 1, 0], [0, 0, 0, 0], 2),
    "a label never present": ([0, 0, 0], [0, 1, 2], 3),
    "labels in neither": ([1, 3], [3, 1], 9),
    "everything wrong": ([0, 1, 2], [1, 2, 0], 3),
    "one label, of posts that have no prediction": ([0, 0], [-1, 0], 1),
    "one post": ([2], [2], 4),
    "no label both present and predicted": ([0, 0, 1], [2, 3, 3], 4),
}


def assert_equals_scikit_learn(truth: np.ndarray, first: np.ndarray, labels: int) -> None:
    counts = c.label_counts(truth, first, labels=labels)
    options = {"labels": range(labels), "zero_division": 0}
    precision, recall, f1, support = precision_recall_fscore_support(truth, first, **options)
    np.testing.assert_allclose(counts.precision, precision, **CLOSE)
    np.testing.assert_allclose(counts.recall, recall, **CLOSE)
    np.testing.assert_allclose(counts.f1, f1, **CLOSE)
    np.testing.assert_array_equal(counts.support, support)
    present = np.union1d(truth, first[first >= 0])
    expected: dict[OverLabels, float] = {
        scores.accuracy: accuracy_score(truth, first),
        scores.f1_macro: f1_score(truth, first, labels=present, average="macro", zero_division=0),
        scores.f1_micro: f1_score(truth, first, average="micro", **options),
        scores.f1_weighted: f1_score(truth, first, average="weighted", **options),
    }
    for metric, value in expected.items():
        assert metric(counts) == pytest.approx(value, rel=0, abs=1e-12)


@given(judged())
def test_metrics_equal_scikit_learn(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    assert_equals_scikit_learn(*data)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_metrics_equal_scikit_learn_at_the_edges(name: str) -> None:
    truth, first, labels = ADVERSARIAL[name]
    assert_equals_scikit_learn(np.array(truth), np.array(first), labels)


def test_metrics_equal_scikit_learn_with_many_labels() -> None:
    rng = np.random.default_rng(0)
    truth = rng.zipf(1.3, 20_000) % 500
    first = np.where(rng.random(20_000) < 0.4, truth, rng.integers(-1, 500, 20_000))
    assert_equals_scikit_learn(truth, first, 500)


@given(judged(), st.randoms(use_true_random=False))
def test_renaming_labels_changes_no_metric(
    data: tuple[np.ndarray, np.ndarray, int], random: object
) -> None:
    truth, first, labels = data
    names = list(range(labels))
    random.shuffle(names)  # type: ignore[attr-defined]
    renamed = np.array([*names, -1])  # so that -1 stays "no prediction"
    before = c.label_counts(truth, first, labels=labels)
    after = c.label_counts(renamed[truth], renamed[first], labels=labels)
    for metric in (scores.accuracy, scores.f1_macro, scores.f1_micro, scores.f1_weighted):
        assert metric(after) == pytest.approx(metric(before), abs=1e-12)
    np.testing.assert_array_equal(after.f1[names], before.f1)


@st.composite
def ranked(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and scores of every label among which many are equal."""
    labels = draw(st.integers(3, 8))
    score = st.integers(0, 2).map(lambda n: n / 2)
    row = st.tuples(st.integers(0, labels - 1), st.lists(score, min_size=labels, max_size=labels))
    drawn = draw(st.lists(row, min_size=1, max_size=40))
    return np.array([truth for truth, _ in drawn]), np.array([chances for _, chances in drawn])


@given(ranked(), st.integers(1, 2))
def test_recall_at_k_equals_scikit_learn_also_where_probabilities_are_equal(
    data: tuple[np.ndarray, np.ndarray], k: int
) -> None:
    """Of equal scores scikit-learn takes the later label first, so the ranking does here."""
    truth, chances = data
    top = np.argsort(chances, axis=1, kind="stable")[:, ::-1]
    expected = top_k_accuracy_score(truth, chances, k=k, labels=range(chances.shape[1]))
    assert recall_at_k(truth, top, k=k) == pytest.approx(expected, rel=0, abs=1e-12)
    assert precision_at_k(truth, top, k=k) == pytest.approx(expected / k, rel=0, abs=1e-12)


@given(ranked(), st.randoms(use_true_random=False))
def test_renaming_labels_leaves_recall_means_and_confusions(
    data: tuple[np.ndarray, np.ndarray], random: object
) -> None:
    truth, chances = data
    labels = chances.shape[1]
    top = np.argsort(-chances, axis=1, kind="stable")
    names = np.arange(labels)
    random.shuffle(names)  # type: ignore[attr-defined]
    for k in range(1, labels + 1):
        assert recall_at_k(names[truth], names[top], k=k) == recall_at_k(truth, top, k=k)
    p = chances.max(axis=1)
    means = c.mean_by_label(truth, p, labels=labels)
    np.testing.assert_array_equal(c.mean_by_label(names[truth], p, labels=labels)[names], means)
    confusions = c.top_confusions(truth, top[:, 0], labels=labels, each=labels)
    renamed = c.top_confusions(names[truth], names[top[:, 0]], labels=labels, each=labels)
    assert sorted((names[a], names[b], n) for a, b, n in confusions) == sorted(renamed)


@given(judged())
def test_confusions_equal_scikit_learn(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    truth, first, labels = data
    known = first >= 0
    matrix = np.zeros((labels, labels), dtype=int)
    if known.any() and labels > 1:  # of one label, scikit-learn warns
        matrix = confusion_matrix(truth[known], first[known], labels=range(labels))
    np.fill_diagonal(matrix, 0)
    expected = {(a, b): matrix[a, b] for a, b in np.argwhere(matrix)}
    found = c.top_confusions(truth, first, labels=labels, each=labels)
    assert {(a, b): posts for a, b, posts in found} == expected


@given(judged(), st.randoms(use_true_random=False))
def test_the_order_of_the_posts_changes_nothing(
    data: tuple[np.ndarray, np.ndarray, int], random: object
) -> None:
    truth, first, labels = data
    order = np.arange(len(truth))
    random.shuffle(order)  # type: ignore[attr-defined]
    before = c.label_counts(truth, first, labels=labels)
    after = c.label_counts(truth[order], first[order], labels=labels)
    for name in ("support", "predicted", "correct"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_micro_f1_is_accuracy_where_every_post_has_a_prediction() -> None:
    rng = np.random.default_rng(1)
    counts = c.label_counts(rng.integers(0, 5, 200), rng.integers(0, 5, 200), labels=5)
    assert scores.f1_micro(counts) == pytest.approx(scores.accuracy(counts), abs=1e-15)


def test_no_posts_give_zeros() -> None:
    none = np.array([], dtype=np.int64)
    counts = c.label_counts(none, none, labels=3)
    metrics = [
        f(counts) for f in (scores.accuracy, scores.f1_macro, scores.f1_micro, scores.f1_weighted)
    ]
    assert metrics == [0, 0, 0, 0]
    assert recall_at_k(none, np.empty((0, 5), dtype=np.int64), k=5) == 0


def test_recall_at_k_counts_posts_whose_label_is_among_the_first_k() -> None:
    truth = np.array([0, 1, 2, 3])
    top = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2], [-1, -1, -1]])
    assert [recall_at_k(truth, top, k=k) for k in (1, 2, 3)] == [0.25, 0.5, 0.75]
    assert precision_at_k(truth, top, k=3) == 0.25


def test_recall_at_k_refuses_more_than_was_predicted() -> None:
    with pytest.raises(ValueError, match="recall@3 of 2"):
        recall_at_k(np.array([0]), np.array([[0, 1]]), k=3)


def test_mean_by_label_is_zero_where_a_label_has_no_posts() -> None:
    means = c.mean_by_label(np.array([0, 0, 2]), np.array([0.2, 0.4, 0.9]), labels=4)
    np.testing.assert_allclose(means, [0.3, 0, 0.9, 0])


def test_confusions_come_commonest_first_and_leave_out_what_has_no_prediction() -> None:
    truth = np.array([2, 2, 0, 1, 1, 0, 1])
    first = np.array([0, 0, 1, 2, 2, 0, -1])
    assert c.top_confusions(truth, first, labels=3, each=9) == [(1, 2, 2), (2, 0, 2), (0, 1, 1)]


def test_confusions_keep_the_commonest_of_every_label() -> None:
    truth = np.array([0, 0, 0, 0, 0, 0, 1])
    first = np.array([1, 1, 1, 2, 2, 3, 0])
    assert c.top_confusions(truth, first, labels=4, each=2) == [(0, 1, 3), (0, 2, 2), (1, 0, 1)]
