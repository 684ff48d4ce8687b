"""How a figure answers when one post is left out: its bias and standard error, without draws.

The influence of a post is (n - 1) · (figure - figure without it), in closed form; posts of a cell
share it. From it follow Quenouille's correction of the bias, Tukey's standard error, which errs on
the wide side (Efron & Stein 1981), and the acceleration of the BCa bootstrap.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from core.arrays import Bools, Floats, Ints
from core.stats.bootstrap import Cells
from core.stats.classification import LabelCounts, ratio
from core.stats.figures import OverLabels
from core.stats.intervals import LEVEL
from core.stats.paired import PairedCounts

Part = tuple[Floats, Ints]
"""Influence and number of the posts of each cell, shape (m,) each, or (m, c) for c figures."""


def influence_over_labels(figure: OverLabels, posts: Cells, first: Ints, *, labels: int) -> Floats:
    """Influence of each cell on a figure of one side, shape (m,).

    Without one post only the terms of its label and of its prediction change.

    Args:
        first: that side's prediction in each cell, shape (m,); -1 for none.
    """
    truth, weight = posts.truth, posts.posts.astype(np.float64)
    right, wrong = first == truth, (first >= 0) & (first != truth)
    named = np.where(wrong, first, 0)

    def tally(label: Ints, where: Bools) -> Floats:
        return np.bincount(label[where], weights=weight[where], minlength=labels).astype(float)

    counts = LabelCounts(tally(truth, truth >= 0), tally(first, first >= 0), tally(truth, right))
    of_truth = LabelCounts(
        counts.support[truth] - 1, counts.predicted[truth] - right, counts.correct[truth] - right
    )
    of_named = LabelCounts(
        counts.support[named], counts.predicted[named] - 1, counts.correct[named]
    )
    sums, without = [], []
    for term, less_truth, less_named in zip(
        *(figure.terms(each) for each in (counts, of_truth, of_named)), strict=True
    ):
        by_label = np.asarray(term, dtype=np.float64)
        sums.append(by_label.sum())
        change = np.where(wrong, less_named - by_label[named], 0.0)
        without.append(sums[-1] - by_label[truth] + less_truth + change)
    n = weight.sum()
    influence: Floats = (n - 1) * (figure.combine(*sums) - figure.combine(*without))
    return influence


def f1_change_influence(counts: PairedCounts) -> Part:
    """Influence of the posts on each label's change of F1, shape (8, c).

    The cells: found by both, by the baseline alone, by the candidate alone, by neither; wrongly
    named by both, by the baseline alone, by the candidate alone; all other posts.
    """
    missed = counts.support - counts.both - counts.only_baseline - counts.only_candidate
    named = (counts.false_both, counts.false_baseline, counts.false_candidate)
    posts = np.stack([counts.both, counts.only_baseline, counts.only_candidate, missed, *named])
    return _leave_one_out(posts, _f1_change, total=int(counts.support.sum()))


def label_f1_influence(counts: LabelCounts) -> Part:
    """Influence of the posts on each label's F1, shape (3, c): found, missed or wrongly named,
    all other posts.
    """
    errors = counts.support + counts.predicted - 2 * counts.correct
    return _leave_one_out(
        np.stack([counts.correct, errors]),
        lambda posts: ratio(2 * posts[0], 2 * posts[0] + posts[1]),
        total=int(counts.support.sum()),
    )


def jackknife_interval(
    value: Floats, parts: Sequence[Part], *, reach: float = 0.0, level: float = LEVEL
) -> Floats:
    """Bias-corrected normal interval of a figure, which contains it; shape (2, …).

    Args:
        value: the figure, shape () or (c,).
        parts: one for each set of posts that it is taken from, independent of each other.
        reach: the most that a post can have of influence. The variance counts two posts more, one
            with so much and one with so little, so that it is not 0 where all posts were equal.
    """
    bias, variance = bias_and_variance(parts)
    for _, posts in parts:
        n = posts.sum(axis=0)
        variance = variance + ratio(np.asarray(2 * reach**2), n * np.maximum(n - 1, 1))
    error = special.ndtri((1 + level) / 2) * np.sqrt(variance)
    low, high = value - bias - error, value - bias + error
    return np.stack([np.minimum(low, value), np.maximum(high, value)])


def bias_and_variance(parts: Sequence[Part]) -> tuple[Floats, Floats]:
    """Quenouille's bias and Tukey's variance of a figure; parts as above."""
    bias: Floats = np.zeros(np.shape(parts[0][0])[1:])
    variance = bias
    for influence, posts in parts:
        n = posts.sum(axis=0)
        mean = ratio((posts * influence).sum(axis=0), n)
        bias = bias - mean
        squares = (posts * (influence - mean) ** 2).sum(axis=0)
        variance = variance + ratio(squares, n * np.maximum(n - 1, 1))
    return bias, variance


def acceleration(parts: Sequence[Part]) -> Floats:
    """Skewness of the influence over six: ``a`` of the BCa bootstrap; 0 where nothing varies."""

    def moment(power: int) -> Floats:
        terms = [(n * (u / n.sum(axis=0)) ** power).sum(axis=0) for u, n in parts]
        total: Floats = np.sum(terms, axis=0)
        return total

    return ratio(moment(3), 6 * moment(2) ** 1.5)


def _leave_one_out(posts: Ints, figure: Callable[[Ints], Floats], *, total: int) -> Part:
    """Influence of each row of ``posts`` (m, c) on ``figure``, and of those that it ignores."""
    whole, influence = figure(posts), np.zeros((len(posts) + 1, posts.shape[1]))
    for cell in range(len(posts)):
        without = posts.copy()
        without[cell] -= 1
        influence[cell] = np.where(posts[cell] > 0, whole - figure(without), 0.0)
    return (total - 1) * influence, np.concatenate([posts, [total - posts.sum(axis=0)]])


def _f1_change(posts: Ints) -> Floats:
    both, only_baseline, only_candidate, missed, false_both, false_a, false_b = posts
    support = both + only_baseline + only_candidate + missed
    before, after = both + only_baseline, both + only_candidate
    return ratio(2 * after, support + after + false_both + false_b) - ratio(
        2 * before, support + before + false_both + false_a
    )
