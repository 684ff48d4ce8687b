"""Two prediction tables of the same posts, laid side by side in one numbering. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Bools, Ints, Places, Reals
from core.comparison.churn import Churn, churn
from core.evaluation.prediction_table import PredictionTable, reindex
from core.stats.predictions import Predictions


@dataclass(frozen=True, slots=True)
class Aligned:
    """Both models' predictions of the same n posts.

    ``truth``: label of each post, (n,). ``baseline``, ``candidate``: first k labels, (n, k), -1
    for none. ``baseline_probs``, ``candidate_probs``: their probabilities, (n, k). ``names``
    gives every label its name, ``shared`` says which of them both models know; shape (c,).
    ``calibrated``: posts that either model was calibrated on, (n,); None: no post.
    """

    post_id: NDArray[np.object_]
    truth: Ints
    baseline: Ints
    candidate: Ints
    baseline_probs: Reals
    candidate_probs: Reals
    names: tuple[str, ...]
    shared: Bools
    calibrated: Bools | None = None

    @property
    def sides(self) -> tuple[Predictions, Predictions]:
        return (
            Predictions(self.truth, self.baseline, self.baseline_probs, self.calibrated),
            Predictions(self.truth, self.candidate, self.candidate_probs, self.calibrated),
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
        baseline_probs=before.probs[:, :k],
        candidate_probs=after.probs[order, :k],
        names=names,
        shared=known(names, baseline) & known(names, candidate),
        calibrated=_either(before.calibrated, after.calibrated, order),
    )


def _either(baseline: Bools | None, candidate: Bools | None, order: Places) -> Bools | None:
    """Where one of them is true, the second taken in this order; None is false everywhere."""
    if candidate is None:
        return baseline
    ordered: Bools = candidate[order]
    return ordered if baseline is None else baseline | ordered


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


def numbered(table: PredictionTable, names: tuple[str, ...]) -> Predictions:
    """The table with its labels numbered as ``names``."""
    place = reindex(table.vocabulary, names)
    labels, top = place[table.label], place[table.top_labels]
    return Predictions(labels, top, table.top_probs, table.calibrated)


def known(names: tuple[str, ...], table: PredictionTable) -> Bools:
    """Which labels the model of this table can name; shape (c,)."""
    labels = set(table.model_labels)
    return np.array([name in labels for name in names], dtype=bool)


def paired_order(a: PredictionTable, b: PredictionTable) -> Places | None:
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
