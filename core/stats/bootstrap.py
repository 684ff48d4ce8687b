"""How far a difference of two models on the same posts would move with other posts.

Posts are resampled; posts that count alike are drawn together. The Poisson bootstrap (Hanley &
MacGibbon 2006; Chamandy et al. 2012) gives every post an independent Poisson(1) weight, so that
a cell of m equal posts is one Poisson(m) draw. "Draw" and "summarise" are separate functions.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.stats.classification import ratio

if TYPE_CHECKING:
    from scipy import sparse

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

RESAMPLES = 1_000
LEVEL = 0.95
VALUE_BINS = 400
"""Continuous values are drawn in so many bins of equal counts, each by its mean."""
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class F1Draws:
    """Differences, candidate minus baseline, in each resample.

    ``macro``, ``weighted``: shape (resamples,). ``by_label``: shape (resamples, c).
    """

    macro: Floats
    weighted: Floats
    by_label: Floats


def draw_f1(
    truth: Ints,
    baseline: Ints,
    candidate: Ints,
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> F1Draws:
    """Resample posts and recompute both models' F1.

    Args:
        truth, baseline, candidate: shape (n,); -1 for no prediction.

    As in the metric itself, a label that a resample neither holds nor predicts is left out of its
    macro mean.
    """
    cells, posts = np.unique(np.stack([truth, baseline, candidate]), axis=1, return_counts=True)
    truths, before, after = cells
    support = _membership(truths, truths >= 0, labels)
    sides = [
        (
            _membership(first, first >= 0, labels),
            _membership(first, (first >= 0) & (first == truths), labels),
        )
        for first in (before, after)
    ]
    macro, weighted, by_label = [], [], []
    for start in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - start)
        weights = rng.poisson(posts[:, None], size=(len(posts), size)).astype(np.float32)
        held = support @ weights
        f1, present = [], []
        for predicted, correct in sides:
            total = held + predicted @ weights
            f1.append(ratio(2 * (correct @ weights), total))
            present.append((total > 0).sum(axis=0))
        macro.append(ratio(f1[1].sum(axis=0), present[1]) - ratio(f1[0].sum(axis=0), present[0]))
        change = f1[1] - f1[0]
        weighted.append(ratio((change * held).sum(axis=0), held.sum(axis=0)))
        by_label.append(change.T)
    return F1Draws(
        macro=np.concatenate(macro),
        weighted=np.concatenate(weighted),
        by_label=np.concatenate(by_label),
    )


def draw_mean(values: Floats, *, rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """Resample posts and take the mean of ``values`` (n,); shape (resamples,).

    Differences of means (accuracy, recall@k, mean p@1) are means of the posts' differences.
    """
    means, posts = _cells(values)
    weights = rng.poisson(posts[:, None], size=(len(posts), resamples))
    return ratio(means @ weights, weights.sum(axis=0))


def percentile_interval(draws: Floats, *, level: float = LEVEL) -> Floats:
    """Lower and upper bound over the resamples (axis 0); shape (2, …)."""
    tail = (1 - level) / 2
    bounds: Floats = np.quantile(draws, [tail, 1 - tail], axis=0)
    return bounds


def _membership(label: Ints, where: NDArray[np.bool_], labels: int) -> "sparse.csr_array":
    """Matrix (labels, cells) with a 1 where the cell counts for the label."""
    from scipy import sparse  # loading it takes a second, which most commands need not spend

    cell = np.flatnonzero(where)
    ones = np.ones(len(cell), dtype=np.float32)
    return sparse.csr_array((ones, (label[cell], cell)), shape=(labels, len(label)))


def _cells(values: Floats) -> tuple[Floats, Ints]:
    """Mean and number of the posts of each cell: exact for few values, else binned."""
    distinct, posts = np.unique(values, return_counts=True)
    if len(distinct) <= VALUE_BINS:
        return distinct, posts
    parts = np.array_split(np.sort(values), VALUE_BINS)
    return np.array([part.mean() for part in parts]), np.array([len(part) for part in parts])
