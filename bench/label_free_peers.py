"""Other ways to estimate accuracy without labels, written from their papers.

Each takes what a model said of its validation split, with labels, and of a window, of which labels
are not looked at. Nothing but the predictions is stored, so they are what methods see that ask for
features.
"""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import threadpool_limits

from core.arrays import Floats
from core.stats.predictions import Predictions

SEED = 0
Peer = Callable[[Predictions, Predictions], float]


def mean_p_at_1(validation: Predictions, window: Predictions) -> float:
    """The model taken at its word."""
    return float(window.p_at_1.mean())


def cbpe(validation: Predictions, window: Predictions) -> float:
    """Mean p@1 after isotonic calibration: confidence-based performance estimation (NannyML)."""
    return _calibrated(validation, window, np.ones(len(validation.truth)))


def pape(validation: Predictions, window: Predictions) -> float:
    """The same, with each validation post weighted by how many times as likely it is in the window
    (Białek et al. 2025). The density ratio is that of a classifier that tells the two apart, by the
    probabilities of the five predictions and the first label.
    """
    sides = (validation, window)
    features = np.concatenate([np.column_stack([s.probs, s.first]) for s in sides])
    which = np.repeat([0, 1], [len(s.truth) for s in sides])
    told = HistGradientBoostingClassifier(
        max_iter=60, min_samples_leaf=50, categorical_features=[5], random_state=SEED
    )
    with threadpool_limits(1):  # its threads wait for each other by spinning
        odds = told.fit(features, which).predict_proba(features[which == 0])
    weights = odds[:, 1] / np.maximum(odds[:, 0], 1e-6)
    return _calibrated(validation, window, weights / weights.mean())


def atc_confidence(validation: Predictions, window: Predictions) -> float:
    """Average thresholded confidence (Garg et al. 2022) with p@1 as the score."""
    return _thresholded(validation, window, [s.p_at_1 for s in (validation, window)])


def atc_entropy(validation: Predictions, window: Predictions) -> float:
    """The same with the negative entropy as the score; all labels beyond the fifth count as one."""
    return _thresholded(validation, window, [_negative_entropy(s) for s in (validation, window)])


def _calibrated(validation: Predictions, window: Predictions, weights: Floats) -> float:
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1)
    curve.fit(validation.p_at_1, validation.right, sample_weight=weights)
    return float(curve.predict(window.p_at_1).mean())


def _thresholded(validation: Predictions, window: Predictions, scores: list[Floats]) -> float:
    """The share of the window above the score that the share of right posts is above."""
    threshold = np.quantile(scores[0], 1 - validation.right.mean())
    return float((scores[1] > threshold).mean())


def _negative_entropy(said: Predictions) -> Floats:
    given = said.probs.astype(np.float64)
    rest = np.maximum(1 - given.sum(axis=1, keepdims=True), 0)
    every = np.concatenate([given, rest], axis=1)
    found: Floats = (every * np.log(np.maximum(every, 1e-12))).sum(axis=1)
    return found
