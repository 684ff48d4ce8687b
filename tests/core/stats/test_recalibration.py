"""What the validation split shows of p@1 is learned, and no more than its posts show."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from core.stats.predictions import NONE, Predictions
from core.stats.recalibration import LABEL_VARIANCE, recalibrated

LABELS = 8


def said(posts: int, *, seed: int = 0) -> Predictions:
    """Right less often than p@1, the less the larger the number of the label."""
    rng = np.random.default_rng(seed)
    probs = np.sort(rng.dirichlet(np.ones(4), posts), axis=1)[:, ::-1][:, :3]
    first = rng.integers(0, LABELS, posts)
    right = rng.random(posts) < expit(logit(probs[:, 0]) * 0.7 - first / 4)
    truth = np.where(right, first, (first + 1) % LABELS)
    return Predictions(truth, (first[:, None] - np.array([0, 1, 2])) % LABELS, probs)


def test_it_is_the_maximum_of_the_penalised_likelihood() -> None:
    predictions = said(400)
    logs = np.column_stack([np.ones(400), np.log(predictions.probs)])
    own, first, right = logit(predictions.p_at_1), predictions.first, predictions.right

    def loss(at: np.ndarray) -> float:
        z = own + logs @ at[:4] + at[4:][first]
        unlikely = np.logaddexp(0, np.where(right, -z, z)).sum()
        return float(unlikely + (at[:4] ** 2).sum() / 2 + (at[4:] ** 2).sum() / LABEL_VARIANCE / 2)

    expected = minimize(loss, np.zeros(4 + LABELS), tol=1e-9).x
    found = recalibrated(predictions, labels=LABELS)
    assert np.r_[found.weights, found.effects] == pytest.approx(expected, abs=1e-3)


def test_a_shift_to_labels_that_the_model_is_worse_at_shows() -> None:
    found = recalibrated(said(20_000), labels=LABELS)
    later = said(20_000, seed=1)
    for harder in (True, False):
        some = np.flatnonzero((later.first >= LABELS // 2) == harder)
        window = Predictions(later.truth[some], later.top[some], later.probs[some])
        assert found.right(window).mean() == pytest.approx(window.right.mean(), abs=0.015)
        assert abs(window.p_at_1.mean() - window.right.mean()) > 0.08


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("right", [True, False])
def test_few_posts_move_it_little_whatever_they_say(p: float, right: bool) -> None:
    one = Predictions(np.array([0]), np.array([[0 if right else 1, 2]]), np.array([[p, 1 - p]]))
    found = recalibrated(one, labels=3)
    assert np.isfinite(found.right(one)).all()
    other = Predictions(np.array([0]), np.array([[2, 0]]), np.array([[0.5, 0.5]]))
    assert found.right(other)[0] == pytest.approx(0.5, abs=0.35)


def test_no_prediction_is_never_right() -> None:
    nothing = Predictions(np.zeros(2, int), np.full((2, 2), NONE), np.zeros((2, 2)))
    assert recalibrated(nothing, labels=2).right(nothing).tolist() == [0, 0]
