"""The figures of one window. Pure."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from core.arrays import Bools, Floats, Ints
from core.drift.reading import Posts
from core.drift.results import Distances, Figures, LabelMix, Measured, Present
from core.evaluation.aggregate import HISTOGRAM_BINS
from core.stats import distances, scores
from core.stats.classification import ratio
from core.stats.estimates import influence_of_mean, interval_of, measured
from core.stats.expected import expected_accuracy, expected_f1_macro, expected_recall
from core.stats.figures import MeanOverPosts, OverLabels
from core.stats.intervals import LEVEL
from core.stats.predictions import NONE, Predictions
from core.stats.recalibration import Recalibration, recalibrated

REALISED: Mapping[str, OverLabels | MeanOverPosts] = MappingProxyType(
    {
        "accuracy": scores.accuracy,
        "f1_macro": scores.f1_macro,
        "recall_at_5": scores.recall_at(5),
    }
)
"""What is known once the posts' subreddits are, as an evaluation has it."""
EXPECTED: Mapping[str, Callable[[Predictions, int, Recalibration | None], float]] = (
    MappingProxyType(
        {
            "accuracy": lambda said, _, recalibration: expected_accuracy(said, recalibration),
            "f1_macro": lambda said, labels, _: expected_f1_macro(said, labels=labels),
            "recall_at_5": lambda said, _, __: expected_recall(said, 5),
        }
    )
)
"""What the model's own probabilities say of the same figures, from predictions, the number of
labels, and what the validation split shows of p@1.
"""
ENOUGH = 0.9
"""The share of a window's posts that must have a label for labels to tell something of it."""
_P_AT_1 = MappingProxyType({"p_at_1_mean": scores.p_at_1_mean})


class Reference:
    """What windows are measured against: the posts of the model's own validation split."""

    def __init__(self, posts: Posts, *, labels: int) -> None:
        """``posts``: 1 or more."""
        self.p_at_1 = np.sort(posts.said.p_at_1)
        self.posts = np.bincount(posts.said.truth, minlength=labels)
        self._said = posts.said

    @cached_property
    def recalibration(self) -> Recalibration:
        """What these posts show of p@1."""
        return recalibrated(self._said, labels=len(self.posts))

    @cached_property
    def added(self) -> float:
        """What that adds to mean p@1."""
        return expected_accuracy(self._said, self.recalibration) - float(self.p_at_1.mean())


def figures_of(
    posts: Posts, reference: Reference | None, *, names: tuple[str, ...], known: Bools
) -> Figures:
    """Everything that is said of the posts of a window.

    Args:
        posts: 1 or more. If fewer than :data:`ENOUGH` of them have a label, nothing is said that
            needs labels; else it is said of those that have one.
        reference: None: there is none to measure distances from.
        names, known: of every label, see :class:`core.drift.reading.Stored`.
    """
    recalibration = None if reference is None else reference.recalibration
    words, labelled = int(posts.words.sum()), posts.labelled
    figures = replace(
        _without_labels(posts.said, reference),
        expected=expected_of(posts.said, recalibration, labels=len(names)),
        unknown_words=int(posts.unknown.sum()) / words if words else None,
        unlabelled=len(posts) - len(labelled),
    )
    if len(labelled) < ENOUGH * len(posts):
        return figures
    return _with_labels(figures, labelled.said, reference, names=names, known=known)


def _with_labels(
    figures: Figures,
    said: Predictions,
    reference: Reference | None,
    *,
    names: tuple[str, ...],
    known: Bools,
) -> Figures:
    """The figures, with what the labels of these posts tell."""
    found = measured(said, REALISED, labels=len(names))
    counts = np.bincount(said.truth, minlength=len(names))
    return replace(
        figures,
        realised={key: Measured(*each) for key, each in found.items()},
        label_coverage=float(known[said.truth].mean()),
        label_mix=None if reference is None else label_mix(counts, reference.posts),
        new=_named(names, np.where(known, 0, counts), np.zeros(len(names))),
        gone=() if reference is None else _gone(names, known, counts, reference.posts),
    )


def figures_of_texts(p_at_1: Floats, reference: Reference | None) -> Figures:
    """The same of texts that have no label, of which only p@1 is known.

    Args:
        p_at_1: shape (n,), n 1 or more.
    """
    none = np.full(len(p_at_1), NONE)
    figures = _without_labels(Predictions(none, none[:, None], p_at_1[:, None]), reference)
    added = 0.0 if reference is None else reference.added
    return replace(figures, expected={"accuracy": figures.p_at_1.value + added})


def _without_labels(said: Predictions, reference: Reference | None) -> Figures:
    """What is known of predictions whatever is right."""
    return Figures(
        posts=len(said.truth),
        p_at_1=Measured(float(said.p_at_1.mean()), mean_interval(said)),
        p_at_1_histogram=_histogram(said.p_at_1),
        distances=distances_of(said.p_at_1, reference),
        realised=None,
        label_coverage=None,
        unknown_words=None,
        label_mix=None,
        new=(),
        gone=(),
    )


def expected_of(
    said: Predictions, recalibration: Recalibration | None, *, labels: int
) -> dict[str, float]:
    """The figures of 1 post or more, by the model's own probabilities.

    Without those of which too few predictions a post are kept.

    Args:
        recalibration: what the model's validation split shows of p@1; None: it is taken as it is.
    """
    kept = said.top.shape[1]
    return {
        key: expected(said, labels, recalibration)
        for key, expected in EXPECTED.items()
        if REALISED[key].needs <= kept
    }


def mean_interval(said: Predictions) -> tuple[float, float]:
    """The 95% interval of mean p@1."""
    part, rests_on = influence_of_mean(said.p_at_1)
    return interval_of(float(said.p_at_1.mean()), part, scores.p_at_1_mean.span, rests_on)


def distances_of(p_at_1: Floats, reference: Reference | None) -> Distances | None:
    """How far p@1 is from the reference; None without one."""
    if reference is None:
        return None
    ks, wasserstein = distances.distances(p_at_1, reference.p_at_1)
    return Distances(
        ks=ks,
        wasserstein=wasserstein,
        psi=distances.population_stability_index(p_at_1, reference.p_at_1),
    )


def label_mix(posts: Ints, reference: Ints) -> LabelMix:
    """How far two counts of labels are apart, shape (c,) each, none of them empty."""
    n, m = int(posts.sum()), int(reference.sum())
    distance = float(np.abs(posts / n - reference / m).sum() / 2)
    share = (posts + reference) / (n + m)
    # The mean absolute value of a normal variable with the variance of each difference.
    expected = np.sqrt(2 / math.pi * share * (1 - share) * (1 / n + 1 / m)).sum() / 2
    return LabelMix(distance, min(float(expected), 1.0))


def _gone(
    names: tuple[str, ...], known: Bools, posts: Ints, reference: Ints
) -> tuple[Present, ...]:
    """Without a post, though chance alone leaves any of them without one in 5% of windows only."""
    expected = ratio(reference * posts.sum(), reference.sum())
    enough = math.log(max(int(known.sum()), 1) / (1 - LEVEL))
    gone = known & (posts == 0) & (expected >= enough)
    return _named(names, np.where(gone, 1, 0), expected, posts=posts)


def _named(
    names: tuple[str, ...], size: Ints, expected: Floats, *, posts: Ints | None = None
) -> tuple[Present, ...]:
    """Those of size 1 or more, the largest (or most expected) first."""
    order = np.lexsort((np.arange(len(names)), -expected, -size))
    shown = order[: int((size > 0).sum())]
    counted = size if posts is None else posts
    return tuple(Present(names[i], int(counted[i]), float(expected[i])) for i in shown.tolist())


def _histogram(p_at_1: Floats) -> tuple[int, ...]:
    return tuple(np.histogram(p_at_1, bins=HISTOGRAM_BINS, range=(0, 1))[0].tolist())
