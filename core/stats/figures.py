"""A figure of a model: how it is computed, written once.

From that one formula come its value, its bootstrap draws (:mod:`core.stats.bootstrap`) and the
influence of each post on it (:mod:`core.stats.jackknife`). It is one of:

- :class:`OverLabels`: sums over the labels of something that their counts give, combined;
- :class:`MeanOverPosts`: the mean of something that each post has;
- :class:`Divided`: such a mean over a constant;
- :class:`CalibrationError`, which is neither.

They are drawn and left out post by post in :mod:`core.stats.estimates`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats
from core.stats.calibration import expected_calibration_error, reliability
from core.stats.classification import LabelCounts
from core.stats.predictions import Predictions

Numbers = NDArray[np.number] | Bools

Span = tuple[float, float]
"""Lowest and highest value."""

UNIT: Span = (0.0, 1.0)


def all_posts(counts: LabelCounts) -> float:
    """Every post counts the same."""
    return float(counts.support.sum())


def labels_alike(posts: Floats) -> float:
    """Every label counts the same: so many that some have few posts rests on fewer than there are.

    The variance of the mean of c shares of nₗ posts each is that of one share of c² / Σ (1 / nₗ).
    Half a post less is counted of each, because how many a label has is chance, too
    (``bench/statistics.py`` tells what that is good for).

    Args:
        posts: of each label, 1 or more; shape (c,).
    """
    return float(len(posts) ** 2 / np.sum(1 / (posts - 0.5))) if len(posts) else 0.0


class Figure(Protocol):
    """What all of them can tell."""

    @property
    def needs(self) -> int:
        """Predictions a post that it takes."""

    @property
    def span(self) -> Span:
        """Its lowest and highest value."""

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        """The figure of one model; ``counts`` are those of its first predictions."""


@dataclass(frozen=True, slots=True)
class OverLabels:
    """``combine`` of the sums over all labels of each of ``terms``.

    ``terms`` takes the counts of the labels along the first axis, with any axes behind it, and
    gives arrays of that shape; a label's terms depend on its own counts only. ``combine`` takes
    their sums, and gives 0 where there is nothing to divide by.

    ``rests_on``: the number of posts of which a share would vary as much where nearly all is right:
    how certain the figure can be at most (:mod:`core.stats.effective`).
    """

    terms: Callable[[LabelCounts], tuple[Numbers, ...]]
    combine: Callable[..., Floats]
    rests_on: Callable[[LabelCounts], float] = all_posts
    span: Span = UNIT
    needs: int = 1

    def __call__(self, counts: LabelCounts) -> Floats:
        """The figure; of resampled counts (labels, r), one of each resample."""
        return self.combine(*(term.sum(axis=0, dtype=np.float64) for term in self.terms(counts)))

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return float(self(counts))


@dataclass(frozen=True, slots=True)
class MeanOverPosts:
    """The mean of what ``of_posts`` gives for each post, shape (n,); 0 for no posts. Where it says
    yes or no, the figure is a share.
    """

    of_posts: Callable[[Predictions], NDArray[np.floating] | Bools]
    span: Span = UNIT
    needs: int = 1

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return float(self.of_posts(said).mean(dtype=np.float64)) if len(said.truth) else 0.0


@dataclass(frozen=True, slots=True)
class Divided:
    """``figure`` over a constant, drawn as that figure is, which comes before it."""

    figure: MeanOverPosts
    by: int

    @property
    def needs(self) -> int:
        return self.figure.needs

    @property
    def span(self) -> Span:
        low, high = self.figure.span
        return low / self.by, high / self.by

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return self.figure.value(said, counts) / self.by


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """See :func:`core.stats.calibration.expected_calibration_error`. Of the posts that the
    probabilities were not calibrated on.
    """

    span: Span = UNIT
    needs: int = 1

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        judging = said.judging_calibration
        return expected_calibration_error(reliability(judging.p_at_1, judging.right))
