"""Probabilities that mean what they say: of the first predictions given p, the share p is right.

Learned on posts that the model was not trained on, by centred isotonic regression (Oron & Flournoy
2017, "Centered Isotonic Regression: Point and Interval Estimation for Dose-Response Studies"): the
shares of neighbouring posts are pooled until they rise with p, and straight lines join the means of
the pools. Beyond the last mean, the line rises half of the way to certainty.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.arrays import Bools, Floats
from core.batches import batches
from core.progress import Progress, silent
from core.training.classifier import Classifier, Predictions

if TYPE_CHECKING:  # a process that holds a model needs no snapshot
    from core.snapshots.content import SplitData

FEWEST = 200
"""Posts that a curve needs."""
NAMELESS = -2
"""Of a label that the classifier cannot name: never what it says."""
BATCH = 1_024
"""Posts predicted at once."""


def calibrates(ids: Sequence[str]) -> Bools:
    """Which posts of a validation split are the half that curves are learned on, shape (n,). On the
    others, calibration is measured. It goes by the id: the same post is always in the same half.
    """
    return np.array([zlib.crc32(post.encode()) & 1 for post in ids], dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """From p@1 as the model says it to the share that was right, by straight lines between knots.

    ``said`` and ``right`` (float64, (knots,)), both ascending from 0; beyond the last knot, the
    share stays.
    """

    said: Floats
    right: Floats

    def applied(self, raw: Predictions) -> Predictions:
        """The predictions with the share for p@1. The other labels share the rest in proportion.

        The order stays, unless the rest is used up, and the sum does not exceed 1. Where another
        label would come to p@1, it comes just below.
        """
        if not raw.probabilities.size:
            return raw
        from core.training.rescaling import rescale  # not every process that predicts needs Numba

        said = raw.probabilities[:, 0].astype(np.float64)
        first = np.interp(said, self.said, self.right)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = (1 - first) / (1 - said)
        factor[~np.isfinite(factor)] = 1
        before, labels = np.ascontiguousarray(raw.probabilities), raw.labels.copy()
        made = np.empty_like(before)
        rescale(before, first, factor, labels, made)
        return Predictions(labels, made)


def learned(
    load: Callable[[], Classifier], posts: "SplitData", progress: Progress = silent
) -> Curve | None:
    """The curve of what a classifier says to posts that it was not trained on; None for fewer
    than :data:`FEWEST`, for which it is not even loaded.
    """
    if len(posts) < FEWEST:
        return None
    classifier, said = load(), list[Predictions]()
    for lines in batches(posts.lines, BATCH):
        progress("Calibrating", len(said) * BATCH, len(posts))
        said.append(classifier.predict(lines, k=1))
    progress("Calibrating", len(posts), len(posts))
    place = {label: index for index, label in enumerate(classifier.labels)}
    names = np.array([place.get(label, NAMELESS) for label in posts.labels], dtype=np.int32)
    first = np.concatenate([some.labels[:, 0] for some in said])
    right = first == names[posts.label]
    return fitted(np.concatenate([some.probabilities[:, 0] for some in said]), right)


def fitted(said: NDArray[np.floating], right: Bools) -> Curve | None:
    """The curve of posts whose first prediction had the probability ``said`` and was ``right`` or
    not, both of shape (n,); None for fewer than :data:`FEWEST`.
    """
    right, said = right[said > 0], said[said > 0]  # the others have no first prediction
    if len(said) < FEWEST:
        return None
    from scipy.optimize import isotonic_regression  # costs a process that only predicts 0.2 s

    # Posts of one probability are one: their order must not matter.
    p, place, posts = np.unique(said.astype(np.float64), return_inverse=True, return_counts=True)
    share = np.bincount(place, weights=right) / posts
    pooled = isotonic_regression(share, weights=posts)
    starts = pooled.blocks[:-1]
    size = np.add.reduceat(posts, starts)
    centre = np.add.reduceat(p * posts, starts) / size
    # Half a post of each kind keeps a pool without any from being certain (Jeffreys' prior).
    level = (np.add.reduceat(share * posts, starts) + 0.5) / (size + 1)
    level = np.maximum.accumulate(level)
    if p[-1] > centre[-1]:  # all posts beyond would get one and the same p@1
        centre, level = np.append(centre, p[-1]), np.append(level, (level[-1] + 1) / 2)
    return Curve(np.concatenate([[0.0], centre]), np.concatenate([[0.0], level]))
