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
    first, -1 for none. ``probs``: (n, k), their probabilities.
    """

    truth: Ints
    top: Ints
    probs: NDArray[np.floating]

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
        return Predictions(self.truth[where], np.where(kept, top, NONE), self.probs[where])
