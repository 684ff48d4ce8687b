"""How often a classifier is right, overall and for each label.

Shapes: n posts, c labels, k predictions a post. A label is an index in ``range(c)``; -1 stands
for "no prediction", which is never right. Where a ratio has no denominator it is 0, as in
scikit-learn with ``zero_division=0``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats, Ints

KS = (1, 3, 5)
"""The k of precision@k and recall@k."""


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """For each label: posts that have it, posts predicted to, and those right.

    Shape (c,) each, or (c, …) for several resamples of the posts.
    """

    support: NDArray[np.number]
    predicted: NDArray[np.number]
    correct: NDArray[np.number]

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
    def decisions(self) -> Floats:
        """What an F1 is a share of: that a post has the label, and that it is predicted to."""
        return np.asarray(self.support + self.predicted, dtype=np.float64)

    @property
    def present(self) -> Bools:
        """Labels that some post has or is predicted to have: the ones in a macro mean."""
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
    single = np.result_type(above, below) == np.float32  # twice as fast, and enough for draws
    result = np.zeros(shape, dtype=np.float32 if single else np.float64)
    np.divide(above, below, out=result, where=np.asarray(below) > 0)
    return result
