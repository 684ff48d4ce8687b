"""What probabilities say of figures: right where they are right, whatever labels are called."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.arrays import Floats, Ints
from core.stats.expected import expected_accuracy, expected_f1_macro, expected_recall
from core.stats.predictions import NONE, Predictions

LABELS, POSTS = 12, 4_000


def said(posts: int = POSTS, *, seed: int = 0, k: int = 5) -> tuple[Predictions, Floats]:
    """Predictions whose labels are drawn with their probabilities; and all probabilities."""
    rng = np.random.default_rng(seed)
    whole = rng.dirichlet(np.full(LABELS, 0.25), posts)
    truth = (whole.cumsum(axis=1) > rng.random((posts, 1))).argmax(axis=1)
    top = np.argsort(-whole, axis=1)[:, :k]
    return Predictions(truth, top, np.take_along_axis(whole, top, axis=1)), whole


def every(predictions: Predictions) -> list[float]:
    return [
        expected_accuracy(predictions, None),
        expected_recall(predictions, 3),
        expected_f1_macro(predictions, labels=LABELS),
    ]


def test_figures_are_as_expected_where_the_probabilities_are_right() -> None:
    predictions, _ = said(40_000)
    among = (predictions.top[:, :3] == predictions.truth[:, None]).any(axis=1)
    realised = [
        predictions.right.mean(),
        among.mean(),
        f1_score(predictions.truth, predictions.first, average="macro"),
    ]
    for expected, value in zip(every(predictions), realised, strict=True):
        assert expected == pytest.approx(value, abs=0.01)


def test_expected_f1_is_the_mean_f1_of_labels_drawn_with_the_probabilities() -> None:
    predictions, whole = said(k=LABELS)
    rng = np.random.default_rng(1)
    drawn = [
        f1_score(
            (whole.cumsum(axis=1) > rng.random((POSTS, 1))).argmax(axis=1),
            predictions.first,
            average="macro",
        )
        for _ in range(20)
    ]
    found = expected_f1_macro(predictions, labels=LABELS)
    assert found == pytest.approx(np.mean(drawn), abs=0.004)


def test_certain_probabilities_give_the_f1_of_the_labels() -> None:
    predictions, _ = said(400)
    certain = Predictions(
        predictions.truth, predictions.truth[:, None], np.ones((400, 1), np.float32)
    )
    assert expected_f1_macro(certain, labels=LABELS) == pytest.approx(1.0)


def test_neither_the_order_of_posts_nor_the_names_of_labels_matter() -> None:
    predictions, _ = said(300)
    rng = np.random.default_rng(3)
    order, names = rng.permutation(300), rng.permutation(LABELS)
    other = Predictions(
        names[predictions.truth[order]], names[predictions.top[order]], predictions.probs[order]
    )
    for one, two in zip(every(predictions), every(other), strict=True):
        assert two == pytest.approx(one, rel=1e-12)


def test_labels_of_the_posts_are_not_looked_at() -> None:
    predictions, _ = said(300)
    without = Predictions(np.full(300, NONE), predictions.top, predictions.probs)
    assert every(without) == every(predictions)


def test_a_label_that_no_post_is_predicted_to_counts_with_its_chance_of_a_post() -> None:
    top: Ints = np.array([[0, 1], [0, NONE]])
    predictions = Predictions(np.zeros(2, np.int64), top, np.array([[0.75, 0.25], [1.0, 0.0]]))
    first = 2 * 1.75 / (1.75 + 2)
    assert expected_f1_macro(predictions, labels=3) == pytest.approx(
        first / (1 + 1 - np.exp(-0.25))
    )
    nothing = Predictions(np.zeros(1, np.int64), np.array([[NONE]]), np.zeros((1, 1)))
    assert expected_f1_macro(nothing, labels=3) == 0.0
