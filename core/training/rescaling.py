"""Predictions whose first probability has changed, compiled: see
:meth:`core.training.calibration.Curve.applied`.
"""

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Int32s
from core.training.compiled import compiled

Float32s = NDArray[np.float32]


@compiled
def rescale(
    before: Float32s, first: Floats, factor: Floats, labels: Int32s, made: Float32s
) -> None:
    """Write into ``made`` (n, k) the probability ``first`` (n,) and ``factor`` (n,) times the
    others of ``before`` (n, k), and order both it and ``labels`` (n, k).

    No row's sum exceeds 1, and none of the others comes to the first one. Of equal probabilities,
    the smaller label comes first, and one that is absent (negative) last.
    """
    none = np.float32(0)
    for row in range(len(before)):
        made[row, 0] = _rounded_down(first[row])
        total = np.float64(made[row, 0])
        for place in range(1, before.shape[1]):
            above = made[row, place - 1]
            tied = place > 1 and before[row, place] == before[row, place - 1]
            most = above if tied else np.nextafter(above, none)
            given = min(np.float64(before[row, place]) * factor[row], 1 - total)
            made[row, place] = min(_rounded_down(given), most)
            total += np.float64(made[row, place])
        _order(made[row], labels[row])


@compiled
def _rounded_down(value: float) -> np.float32:
    """The largest float32 that is not larger, and not below 0."""
    near = np.float32(max(value, 0.0))
    return np.nextafter(near, np.float32(0)) if near > value else near


@compiled
def _order(probabilities: Float32s, labels: Int32s) -> None:
    """In place. Probabilities never rise, so that only those that are equal can be out of order."""
    for end in range(1, len(labels)):
        label, place = labels[end], end
        while (
            place > 0
            and label >= 0
            and probabilities[place - 1] == probabilities[end]
            and (labels[place - 1] > label or labels[place - 1] < 0)
        ):
            labels[place] = labels[place - 1]
            place -= 1
        labels[place] = label
