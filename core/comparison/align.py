"""Two prediction tables of the same posts, laid side by side in one numbering. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.comparison.churn import Churn, churn
from core.evaluation.prediction_table import NO_LABEL, PredictionTable, reindex

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Numbered:
    """One side in the numbering that both share.

    ``truth``: (n,). ``top``: first k labels, (n, k), -1 for none. ``p_at_1``: (n,).
    """

    truth: Ints
    top: Ints
    p_at_1: Floats

    def among(self, labels: NDArray[np.bool_]) -> "Numbered":
        """Only the posts of these labels, shape (c,); any other prediction counts as none."""
        where = labels[self.truth]
        top = self.top[where]
        kept = np.append(labels, False)[top]  # the last is -1, no prediction
        return Numbered(self.truth[where], np.where(kept, top, NO_LABEL), self.p_at_1[where])


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
    def sides(self) -> "tuple[Numbered, Numbered]":
        return (
            Numbered(self.truth, self.baseline, self.baseline_p),
            Numbered(self.truth, self.candidate, self.candidate_p),
        )

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
    names = common_names(baseline, candidate)
    before, after = numbered(baseline, names), numbered(candidate, names)
    k = min(before.top.shape[1], after.top.shape[1])
    return Aligned(
        post_id=baseline.post_id,
        truth=before.truth,
        baseline=before.top[:, :k],
        candidate=after.top[order, :k],
        baseline_p=before.p_at_1,
        candidate_p=after.p_at_1[order],
        names=names,
        shared=known(names, baseline) & known(names, candidate),
    )


def on_common_posts(
    baseline: PredictionTable, candidate: PredictionTable
) -> tuple[PredictionTable, PredictionTable]:
    """Two tables of one split, without the posts that were erased between their evaluations."""
    if np.array_equal(baseline.post_id, candidate.post_id):  # as mostly
        return baseline, candidate
    first, second = pd.Index(baseline.post_id), pd.Index(candidate.post_id)
    return baseline.among(first.isin(second)), candidate.among(second.isin(first))


def common_names(baseline: PredictionTable, candidate: PredictionTable) -> tuple[str, ...]:
    """Every label of either side, sorted."""
    return tuple(sorted({*baseline.vocabulary, *candidate.vocabulary}))


def numbered(table: PredictionTable, names: tuple[str, ...]) -> Numbered:
    """The table with its labels numbered as ``names``."""
    place = reindex(table.vocabulary, names)
    return Numbered(place[table.label], place[table.top_labels], table.p_at_1)


def known(names: tuple[str, ...], table: PredictionTable) -> NDArray[np.bool_]:
    """Which labels the model of this table can name; shape (c,)."""
    labels = set(table.model_labels)
    return np.array([name in labels for name in names], dtype=bool)


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
