"""What one model predicts for n posts, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats, Ints

NONE = -1
"""Stands for "no prediction", which is never right."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """The first k predictions of each of n posts.

    ``truth``: (n,), the label of each post, a whole number from 0. ``top``: (n, k), most probable
    first, -1 for none. ``probs``: (n, k), their probabilities. ``calibrated``: (n,), the posts that
    these were calibrated on; None: no post.
    """

    truth: Ints
    top: Ints
    probs: NDArray[np.floating]
    calibrated: Bools | None = None

    @property
    def first(self) -> Ints:
        """The first prediction of each post, (n,)."""
        return self.top[:, 0]

    @property
    def p_at_1(self) -> Floats:
        """Its probability, (n,)."""
        return self.probs[:, 0].astype(np.float64)

    @property
    def right(self) -> Bools:
        """Whether the first prediction is right, (n,)."""
        right: Bools = self.first == self.truth
        return right

    def among(self, labels: Bools) -> "Predictions":
        """Only the posts of these labels, shape (c,); any other prediction counts as none."""
        where = labels[self.truth]
        top = self.top[where]
        kept = np.append(labels, False)[top]  # the last is -1, no prediction
        calibrated = None if self.calibrated is None else self.calibrated[where]
        named = np.where(kept, top, NONE)
        return Predictions(self.truth[where], named, self.probs[where], calibrated)

    @property
    def judging_calibration(self) -> "Predictions":
        """Only the posts that they were not calibrated on; all posts where there are none."""
        if self.calibrated is None or self.calibrated.all():
            return self
        kept = ~self.calibrated
        return Predictions(self.truth[kept], self.top[kept], self.probs[kept])
