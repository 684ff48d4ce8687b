"""The figures by which classifiers are judged, each a formula of :mod:`core.stats.figures`.

Where a ratio has no denominator it is 0, as in scikit-learn with ``zero_division=0``.
"""

from math import log

import numpy as np

from core.arrays import Bools, Floats
from core.stats.classification import LabelCounts, ratio
from core.stats.figures import Divided, MeanOverPosts, OverLabels, labels_alike
from core.stats.predictions import Predictions

accuracy = OverLabels(lambda counts: (counts.correct, counts.support), ratio)
"""Share of posts whose first prediction is right."""

f1_macro = OverLabels(
    lambda counts: (counts.f1, counts.present),
    ratio,
    rests_on=lambda counts: labels_alike(counts.decisions[counts.present]) / 2,
)
"""Mean F1 over the labels that are present in truth or prediction (scikit-learn's default)."""

f1_micro = OverLabels(lambda counts: (2 * counts.correct, counts.support + counts.predicted), ratio)
"""F1 of all decisions together. Equal to accuracy where every post has a prediction."""

f1_weighted = OverLabels(lambda counts: (counts.f1 * counts.support, counts.support), ratio)
"""Mean F1 weighted by support."""

balanced_accuracy = OverLabels(
    lambda counts: (counts.recall, counts.support > 0),
    ratio,
    rests_on=lambda counts: labels_alike(counts.support[counts.support > 0].astype(np.float64)),
)
"""Mean recall over the labels that some post has (Brodersen et al. 2010)."""


def _r_k(
    correct: Floats, support: Floats, predicted: Floats, tt: Floats, pp: Floats, tp: Floats
) -> Floats:
    """From sums over the labels: of the counts, their squares, and their products."""
    none = support - predicted  # posts without a prediction: a label that no post has
    covariance = correct * support - tp
    of_truth = np.maximum(support * support - tt, 0.0)
    of_predicted = np.maximum(support * support - pp - none * none, 0.0)
    return ratio(covariance, np.sqrt(of_truth * of_predicted))


def _posts_apart(counts: LabelCounts) -> float:
    """Near 1, errors at a rate e cost e / (1 - Σ pₗ²), pₗ the share of posts that label l has: more
    where one label has nearly all of them.
    """
    posts = counts.support.sum()
    return float(2 * (posts - np.sum(counts.support**2.0) / max(posts, 1)))


matthews_correlation = OverLabels(
    lambda counts: (
        counts.correct,
        counts.support,
        counts.predicted,
        counts.support * counts.support,
        counts.predicted * counts.predicted,
        counts.support * counts.predicted,
    ),
    _r_k,
    rests_on=_posts_apart,
    span=(-1.0, 1.0),
)
"""The correlation of labels and predictions, R_K (Gorodkin 2004): 1 if all are right, about 0 if
they are by chance. "No prediction" counts as one more label.
"""

p_at_1_mean = MeanOverPosts(lambda said: said.p_at_1)
"""Mean probability of the first prediction."""

brier_top_1 = MeanOverPosts(lambda said: (said.p_at_1 - said.right) ** 2)
"""Mean squared distance of p@1 from 1 where it is right, from 0 where it is not (Brier 1950)."""

SMALLEST_P = 1e-6
"""What a label counts with that is not among the predictions, or has a smaller probability."""


def _log_loss(said: Predictions) -> Floats:
    given = np.where(said.top == said.truth[:, None], said.probs, 0.0).max(axis=1)
    loss: Floats = -np.log(np.clip(given.astype(np.float64), SMALLEST_P, 1.0))
    return loss


log_loss = MeanOverPosts(_log_loss, span=(0.0, -log(SMALLEST_P)))
"""Mean of -ln p of the right label (Good 1952), p at least :data:`SMALLEST_P`. Only the
probabilities of the first k predictions are known.
"""


def recall_at(k: int) -> MeanOverPosts:
    """Share of posts whose label is among the first ``k`` predictions."""

    def hit(said: Predictions) -> Bools:
        if k > said.top.shape[1]:
            raise ValueError(f"recall@{k} of {said.top.shape[1]} predictions a post")
        among: Bools = (said.top[:, :k] == said.truth[:, None]).any(axis=1)
        return among

    return MeanOverPosts(hit, needs=k)


def precision_at(k: int) -> Divided:
    """Share of the first ``k`` predictions that are right.

    That is recall@k / k, as a post has one label.
    """
    return Divided(recall_at(k), k)
