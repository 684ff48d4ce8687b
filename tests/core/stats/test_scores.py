"""Scores against scikit-learn; those of the counts of labels are in ``test_classification``."""

from warnings import catch_warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as theirs

from core.stats import scores
from core.stats.classification import label_counts
from core.stats.figures import Figure
from core.stats.predictions import Predictions

Ints = np.ndarray


@st.composite
def judged(draw: st.DrawFn) -> Predictions:
    """First predictions alone (-1: none); some labels are never used."""
    labels = draw(st.integers(1, 7))
    pairs = st.tuples(st.integers(0, labels - 1), st.integers(-1, labels - 1))
    truth, first = np.array(draw(st.lists(pairs, min_size=1, max_size=60))).T
    return Predictions(truth, first[:, None], np.full((len(truth), 1), 0.5))


def ranked(posts: int, labels: int, k: int) -> tuple[Predictions, np.ndarray]:
    """The first ``k`` predictions of a model, and its probabilities of all labels."""
    rng = np.random.default_rng(posts)
    probs = rng.dirichlet(np.ones(labels) / 2, posts)
    truth = np.where(rng.random(posts) < 0.5, probs.argmax(axis=1), rng.integers(0, labels, posts))
    top = np.argsort(-probs, axis=1)[:, :k]
    return Predictions(truth, top, np.take_along_axis(probs, top, axis=1)), probs


def value(figure: Figure, said: Predictions) -> float:
    return figure.value(said, label_counts(said.truth, said.first, labels=8))


@given(judged())
def test_balanced_accuracy_is_the_mean_recall_of_the_labels_that_posts_have(
    said: Predictions,
) -> None:
    expected = theirs.recall_score(
        said.truth, said.first, labels=np.unique(said.truth), average="macro", zero_division=0
    )
    assert value(scores.balanced_accuracy, said) == pytest.approx(expected, abs=1e-12)


@given(judged())
def test_matthews_correlation_equals_scikit_learn(said: Predictions) -> None:
    with catch_warnings(action="ignore", category=UserWarning):  # of a single label
        expected = theirs.matthews_corrcoef(said.truth, said.first)
    assert value(scores.matthews_correlation, said) == pytest.approx(expected, abs=1e-12)


def test_the_brier_score_equals_scikit_learn() -> None:
    said, _ = ranked(300, 6, 3)
    expected = theirs.brier_score_loss(said.right, said.p_at_1)
    assert value(scores.brier_top_1, said) == pytest.approx(expected, abs=1e-12)


def test_the_log_loss_of_all_labels_equals_scikit_learn() -> None:
    said, probs = ranked(300, 6, 6)
    clipped = np.clip(probs, scores.SMALLEST_P, 1)
    rest = 1 - np.take_along_axis(clipped, said.truth[:, None], axis=1)
    of_two = np.concatenate([rest, 1 - rest], axis=1)  # the right label, and all others
    expected = theirs.log_loss(np.ones(300), of_two, labels=[0, 1])
    assert value(scores.log_loss, said) == pytest.approx(expected, abs=1e-9)


def test_a_label_that_is_not_among_the_first_k_costs_what_an_impossible_one_does() -> None:
    said = Predictions(np.array([2, 0]), np.array([[0, 1], [0, 1]]), np.array([[0.7, 0.2]] * 2))
    expected = -(np.log(scores.SMALLEST_P) + np.log(0.7)) / 2
    assert value(scores.log_loss, said) == pytest.approx(expected)


def test_no_posts_give_zeros() -> None:
    nothing = Predictions(np.array([], dtype=int), np.empty((0, 2), dtype=int), np.empty((0, 2)))
    for figure in (scores.balanced_accuracy, scores.matthews_correlation, scores.brier_top_1):
        assert value(figure, nothing) == 0
