"""How often a classifier is right, overall and for each label.

Shapes: n posts, c labels, k predictions a post. A label is an index in ``range(c)``; -1 stands
for "no prediction", which is never right. Where a ratio has no denominator it is 0, as in
scikit-learn with ``zero_division=0``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

KS = (1, 3, 5)
"""The k of precision@k and recall@k."""


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """For each label: posts that have it, posts predicted to, and those right. Shape (c,) each."""

    support: Ints
    predicted: Ints
    correct: Ints

    @property
    def precision(self) -> Floats:
        return ratio(self.correct, self.predicted)

    @property
    def recall(self) -> Floats:
        return ratio(self.correct, self.support)

    @property
    def f1(self) -> Floats:
        """2 · correct / (support + predicted): the harmonic mean of precision and recall."""
        return ratio(2 * self.correct, self.support + self.predicted)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Labels that some post has or is predicted to have: those that a macro mean counts."""
        return (self.support + self.predicted) > 0


def label_counts(truth: Ints, first: Ints, *, labels: int) -> LabelCounts:
    """Counts for each of ``labels`` labels.

    Args:
        truth: shape (n,), values in ``range(labels)``.
        first: the first prediction of each post, shape (n,), or -1.
    """
    right = truth == first
    return LabelCounts(
        support=np.bincount(truth, minlength=labels),
        predicted=np.bincount(first[first >= 0], minlength=labels),
        correct=np.bincount(truth[right], minlength=labels),
    )


def accuracy(counts: LabelCounts) -> float:
    """Share of posts whose first prediction is right; 0 for no posts."""
    return _share(counts.correct.sum(), counts.support.sum())


def f1_macro(counts: LabelCounts) -> float:
    """Mean F1 over the labels that are present in truth or prediction (scikit-learn's default)."""
    present = counts.present
    return float(counts.f1[present].mean()) if present.any() else 0.0


def f1_micro(counts: LabelCounts) -> float:
    """F1 of all decisions together. Equal to accuracy where every post has a prediction."""
    total = counts.support.sum() + counts.predicted.sum()
    return _share(2 * counts.correct.sum(), total)


def f1_weighted(counts: LabelCounts) -> float:
    """Mean F1 weighted by support."""
    return _share(float(counts.f1 @ counts.support), counts.support.sum())


def recall_at_k(truth: Ints, top: Ints, *, k: int) -> float:
    """Share of posts whose label is among the first ``k`` predictions.

    Args:
        truth: shape (n,).
        top: shape (n, at least k), most probable first.
    """
    if k > top.shape[1]:
        raise ValueError(f"recall@{k} of {top.shape[1]} predictions a post")
    return _share((top[:, :k] == truth[:, None]).any(axis=1).sum(), len(truth))


def precision_at_k(truth: Ints, top: Ints, *, k: int) -> float:
    """Share of the first ``k`` predictions that are right.

    That is recall@k / k, as a post has one label.
    """
    return recall_at_k(truth, top, k=k) / k


def mean_by_label(truth: Ints, values: Floats, *, labels: int) -> Floats:
    """Mean of ``values`` over the posts of each label; 0 where there are none. Shape (labels,)."""
    sums = np.bincount(truth, weights=values, minlength=labels)
    return ratio(sums, np.bincount(truth, minlength=labels))


def top_confusions(
    truth: Ints, first: Ints, *, labels: int, each: int
) -> list[tuple[int, int, int]]:
    """The commonest errors of every label as ``(truth, predicted, posts)``.

    At most ``each`` for one true label; most posts first, ties by label.
    """
    wrong = (truth != first) & (first >= 0)
    pairs, posts = np.unique(
        truth[wrong].astype(np.int64) * labels + first[wrong], return_counts=True
    )
    truths = pairs // labels
    by_label = np.lexsort((pairs, -posts, truths))
    starts = np.searchsorted(truths[by_label], truths[by_label])
    kept = by_label[np.arange(len(by_label)) - starts < each]
    order = kept[np.lexsort((pairs[kept], -posts[kept]))]
    return [(int(truths[i]), int(pairs[i] % labels), int(posts[i])) for i in order]


def ratio(above: NDArray[np.number], below: NDArray[np.number]) -> Floats:
    """``above / below``, broadcast against each other; 0 where ``below`` is 0."""
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    result = np.zeros(shape, dtype=np.float64)
    np.divide(above, below, out=result, where=np.asarray(below) > 0)
    return result


def _share(part: float | np.integer, whole: float | np.integer) -> float:
    return float(part) / float(whole) if whole else 0.0
