"""What a model's own probabilities say of its figures, without any label.

A post has each of its predictions as its label with the probability that the model gives them. So
the expected share of posts whose label is among the first k is the mean of the sum of their
probabilities, and macro F1 is taken from the expected counts of the labels. The expected share of
right first predictions is the mean of p@1, :mod:`recalibrated <core.stats.recalibration>`. They are
as right as the probabilities are: :mod:`core.stats.label_free` tells how far these are off as a
model ages.
"""

import numpy as np

from core.arrays import Floats
from core.stats.classification import ratio
from core.stats.predictions import Predictions
from core.stats.recalibration import Recalibration


def expected_accuracy(said: Predictions, recalibration: Recalibration | None) -> float:
    """The mean chance that a first prediction is right, of 1 post or more.

    Args:
        recalibration: of the model's own validation split. None: p@1 is taken at its word.
    """
    right = said.p_at_1 if recalibration is None else recalibration.right(said)
    return float(right.mean())


def expected_recall(said: Predictions, k: int) -> float:
    """Mean of the summed probabilities of the first ``k`` predictions, of 1 post or more."""
    return float(np.minimum(said.probs[:, :k].sum(axis=1, dtype=np.float64), 1.0).mean())


def expected_f1_macro(said: Predictions, *, labels: int) -> float:
    """Macro F1 of the expected counts of labels that may be present, of 1 post or more.

    For label l, with the sums over posts S of its probability, P of first predictions and C of
    their p@1, F1 is 2 C / (S + P). The stored predictions leave a part of each post's probability
    out: S is scaled so that all labels together have one a post. A label that no post is predicted
    to counts with the chance that it has any post, 1 - exp(-S).
    """
    given = said.probs.astype(np.float64)
    first, named = said.first >= 0, said.top >= 0
    total = given[named].sum()
    given *= len(given) / total if total else 0.0

    def tally(label: np.ndarray, weights: np.ndarray | None) -> Floats:
        return np.bincount(label, weights=weights, minlength=labels).astype(np.float64)

    support = tally(said.top[named], given[named])
    predicted = tally(said.first[first], None)
    correct = tally(said.first[first], said.p_at_1[first])
    f1 = ratio(2 * correct, support + predicted)
    present = float(np.where(predicted > 0, 1.0, -np.expm1(-support)).sum())
    return float(f1.sum()) / present if present else 0.0
