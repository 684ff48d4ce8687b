"""How a figure answers when one post is left out: its bias and standard error, without draws.

The influence of a post is (n - 1) · (figure - figure without it), in closed form; posts of a cell
share it. From it follow Quenouille's correction of the bias, Tukey's standard error, which errs on
the wide side (Efron & Stein 1981), and the acceleration of the BCa bootstrap.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from core.stats.bootstrap import Cells
from core.stats.classification import LabelCounts, ratio
from core.stats.intervals import LEVEL
from core.stats.paired import PairedCounts

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Part = tuple[Floats, Ints]
"""Influence and number of the posts of each cell, shape (m,) each, or (m, c) for c figures."""


def f1_influence(posts: Cells, first: Ints, *, labels: int) -> dict[str, Floats]:
    """Influence of each cell on the accuracy and on macro, micro and weighted F1 of one side.

    Args:
        first: that side's prediction in each cell, shape (m,); -1 for none.
    """
    truth, count = posts.truth, posts.posts.astype(np.float64)
    n, right, said = count.sum(), first == truth, first >= 0

    def tally(label: Ints, where: NDArray[np.bool_]) -> Floats:
        return np.bincount(label[where], weights=count[where], minlength=labels).astype(float)

    support, hits = tally(truth, truth >= 0), tally(truth, right)
    total = support + tally(first, said)
    f1 = ratio(2 * hits, total)
    present = float((total > 0).sum())

    mine_total = total[truth] - 1 - right
    mine = ratio(2 * (hits[truth] - right), mine_total)
    other = said & ~right
    named_total = np.where(other, total[first] - 1, 1.0)
    named = np.where(other, ratio(2 * hits[first], named_total), 0.0)
    lost = np.where(other, f1[first], 0.0)
    left = present - (mine_total <= 0) - (named_total <= 0)

    macro = (f1.sum() - f1[truth] + mine - lost + named) / np.maximum(left, 1)
    weighted = (
        (support @ f1)
        - support[truth] * f1[truth]
        + (support[truth] - 1) * mine
        + np.where(other, support[first], 0.0) * (named - lost)
    ) / max(n - 1, 1)
    micro = ratio(2 * (hits.sum() - right), total.sum() - 1 - said)
    without = {"f1_macro": macro, "f1_micro": micro, "f1_weighted": weighted}
    whole = {
        "f1_macro": f1.sum() / max(present, 1),
        "f1_micro": ratio(2 * hits.sum(), total.sum()),
        "f1_weighted": (support @ f1) / n,
    }
    found = {name: (n - 1) * (whole[name] - without[name]) for name in without}
    return {"accuracy": right - hits.sum() / n, **found}


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


def jackknife_interval(value: Floats, parts: Sequence[Part], *, level: float = LEVEL) -> Floats:
    """Bias-corrected normal interval of a figure; shape (2, …).

    Args:
        value: the figure, shape () or (c,).
        parts: one for each set of posts that it is taken from, independent of each other.
    """
    bias, variance = np.zeros(np.shape(value)), np.zeros(np.shape(value))
    for influence, posts in parts:
        n = posts.sum(axis=0)
        mean = (posts * influence).sum(axis=0) / n
        bias -= mean
        variance += (posts * (influence - mean) ** 2).sum(axis=0) / (n * np.maximum(n - 1, 1))
    reach = special.ndtri((1 + level) / 2) * np.sqrt(variance)
    return np.stack([value - bias - reach, value - bias + reach])


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
