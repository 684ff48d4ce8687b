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


class Figure(Protocol):
    """What all of them can tell."""

    @property
    def needs(self) -> int:
        """Predictions a post that it takes."""

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        """The figure of one model; ``counts`` are those of its first predictions."""


@dataclass(frozen=True, slots=True)
class OverLabels:
    """``combine`` of the sums over all labels of each of ``terms``.

    ``terms`` takes the counts of the labels along the first axis, with any axes behind it, and
    gives arrays of that shape; a label's terms depend on its own counts only. ``combine`` takes
    their sums, and gives 0 where there is nothing to divide by.
    """

    terms: Callable[[LabelCounts], tuple[Numbers, ...]]
    combine: Callable[..., Floats]
    needs: int = 1

    def __call__(self, counts: LabelCounts) -> Floats:
        """The figure; of resampled counts (labels, r), one of each resample."""
        return self.combine(*(term.sum(axis=0, dtype=np.float64) for term in self.terms(counts)))

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return float(self(counts))


@dataclass(frozen=True, slots=True)
class MeanOverPosts:
    """The mean of what ``of_posts`` gives for each post, shape (n,); 0 for no posts."""

    of_posts: Callable[[Predictions], NDArray[np.floating] | Bools]
    needs: int = 1

    def posts(self, said: Predictions) -> Floats:
        return self.of_posts(said).astype(np.float64)

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return float(self.posts(said).mean()) if len(said.truth) else 0.0


@dataclass(frozen=True, slots=True)
class Divided:
    """``figure`` over a constant, drawn as that figure is, which comes before it."""

    figure: MeanOverPosts
    by: int

    @property
    def needs(self) -> int:
        return self.figure.needs

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        return self.figure.value(said, counts) / self.by


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """See :func:`core.stats.calibration.expected_calibration_error`. Of the posts that the
    probabilities were not calibrated on.
    """

    needs: int = 1

    def value(self, said: Predictions, counts: LabelCounts) -> float:
        judging = said.judging_calibration
        return expected_calibration_error(reliability(judging.p_at_1, judging.right))
