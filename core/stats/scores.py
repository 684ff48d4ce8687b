"""The figures by which classifiers are judged, each a formula of :mod:`core.stats.figures`.

Where a ratio has no denominator it is 0, as in scikit-learn with ``zero_division=0``.
"""

import numpy as np
from numpy.typing import NDArray

from core.stats.classification import ratio
from core.stats.figures import Divided, MeanOverPosts, OverLabels
from core.stats.predictions import Predictions

accuracy = OverLabels(lambda counts: (counts.correct, counts.support), ratio)
"""Share of posts whose first prediction is right."""

f1_macro = OverLabels(lambda counts: (counts.f1, counts.present), ratio)
"""Mean F1 over the labels that are present in truth or prediction (scikit-learn's default)."""

f1_micro = OverLabels(lambda counts: (2 * counts.correct, counts.support + counts.predicted), ratio)
"""F1 of all decisions together. Equal to accuracy where every post has a prediction."""

f1_weighted = OverLabels(lambda counts: (counts.f1 * counts.support, counts.support), ratio)
"""Mean F1 weighted by support."""

p_at_1_mean = MeanOverPosts(lambda said: said.p_at_1)
"""Mean probability of the first prediction."""


def recall_at(k: int) -> MeanOverPosts:
    """Share of posts whose label is among the first ``k`` predictions."""

    def found(said: Predictions) -> NDArray[np.bool_]:
        if k > said.top.shape[1]:
            raise ValueError(f"recall@{k} of {said.top.shape[1]} predictions a post")
        among: NDArray[np.bool_] = (said.top[:, :k] == said.truth[:, None]).any(axis=1)
        return among

    return MeanOverPosts(found, needs=k)


def precision_at(k: int) -> Divided:
    """Share of the first ``k`` predictions that are right.

    That is recall@k / k, as a post has one label.
    """
    return Divided(recall_at(k), k)
