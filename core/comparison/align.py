"""Two prediction tables of the same posts, laid side by side in one numbering. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.comparison.churn import Churn, churn
from core.evaluation.predict import PredictionTable, reindex

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Both models' predictions of the same n posts.

    ``truth``: label of each post, (n,). ``baseline``, ``candidate``: first k labels, (n, k), -1
    for none. ``baseline_p``, ``candidate_p``: p@1, (n,). ``names`` gives every label its name,
    ``shared`` says which of them both models know; shape (c,).
    """

    post_id: NDArray[np.object_]
    truth: Ints
    baseline: Ints
    candidate: Ints
    baseline_p: Floats
    candidate_p: Floats
    names: tuple[str, ...]
    shared: NDArray[np.bool_]

    @property
    def churn(self) -> Churn:
        """Posts whose first prediction differs."""
        return churn(self.truth, self.baseline[:, 0], self.candidate[:, 0])


def align(baseline: PredictionTable, candidate: PredictionTable) -> Aligned | None:
    """Lay the tables side by side, in the order of the baseline's posts.

    Returns:
        None if they did not predict the same posts.
    """
    order = paired_order(baseline, candidate)
    if order is None:
        return None
    names = tuple(sorted({*baseline.vocabulary, *candidate.vocabulary}))
    before = reindex(baseline.vocabulary, names)
    after = reindex(candidate.vocabulary, names)
    known = set(baseline.model_labels) & set(candidate.model_labels)
    k = min(baseline.top_labels.shape[1], candidate.top_labels.shape[1])
    return Aligned(
        post_id=baseline.post_id,
        truth=before[baseline.label],
        baseline=before[baseline.top_labels[:, :k]],
        candidate=after[candidate.top_labels[order, :k]],
        baseline_p=baseline.p_at_1,
        candidate_p=candidate.p_at_1[order],
        names=names,
        shared=np.array([name in known for name in names], dtype=bool),
    )


def paired_order(a: PredictionTable, b: PredictionTable) -> NDArray[np.intp] | None:
    """Where each post of ``a`` stands in ``b``; None if they did not predict the same posts."""
    if len(a.post_id) != len(b.post_id):
        return None
    if np.array_equal(a.post_id, b.post_id):  # as almost always: one split, in its order
        return np.arange(len(a.post_id))
    by_a, by_b = np.argsort(a.post_id), np.argsort(b.post_id)
    if not np.array_equal(a.post_id[by_a], b.post_id[by_b]):
        return None
    order = np.empty(len(by_a), dtype=np.intp)
    order[by_a] = by_b
    return order
