"""From which of a sequence of means on the level has been another one, told as they come.

The means of windows are compared with that of a reference. Where nothing has changed, they are
normal around the reference's true mean, which is known with the error of the reference only: an
error that all windows share. If the level changed at window j by δ, all windows from j on share δ
as well. All j and δ are tried at once: the evidence is the mean likelihood ratio, with the weight
``1 / (j (j + 1))`` of each j and a normal prior of δ. It is above ``1 / α`` at any time, however
long one watches, with a chance of α at most where nothing has changed (Ville's inequality; such
mixtures over the time of the change are the e-processes that Shin, Ramdas & Rinaldo 2023,
"E-detectors", start from). Within half a year of weeks the chance is a fraction of that, so less
evidence is asked for.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats
from core.stats.intervals import LEVEL, Interval
from core.stats.monitoring import Spread

EFFECT = 0.03
"""The size of the changes to detect soonest: three points."""
WITHIN_LOOKS = 0.275
"""What of the chance α comes true within 26 windows, by simulation (bench/drift_alarms.py)."""
_Z = 1.959963984540054
"""Of :data:`LEVEL`."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A change that was detected.

    ``fired``: the place of the window at which the evidence sufficed; ``began``: of the window from
    which on the level most likely was another one, as seen then. ``size``: by how much it differs,
    with its 95% interval, by all windows from ``began`` to ``fired``.
    """

    fired: int
    began: int
    size: float
    interval: Interval


def detected(
    differences: Floats,
    sizes: Floats,
    *,
    variance: float,
    reference: int,
    spread: Spread,
    level: float = 1 - LEVEL,
    effect: float = EFFECT,
) -> ChangePoint | None:
    """The first change of a sequence of means; None where there is not enough evidence for any.

    Args:
        differences: of each window's mean from that of the reference, in the order of time, (t,).
        sizes: posts of each window.
        variance: of one post.
        reference: posts of the reference.
        spread: what is known of how windows differ without a change.
        level: the chance of a false alarm within 26 windows.
        effect: standard deviation of the prior of the change's size.
    """
    shared = spread.of_reference(variance / reference)  # (r,)
    own = spread.of_windows(variance / sizes)  # (r, t)
    weights = 1 / own
    for last in range(1, len(differences) + 1):
        ratio, size, error = _from_each(
            differences[:last], weights[:, :last], shared, spread.weights, effect
        )
        started = np.arange(1, last + 1)
        evidence = ratio / (started * (started + 1))
        if evidence.sum() + 1 / (last + 1) >= WITHIN_LOOKS / level:
            best = int(np.argmax(evidence))
            reach = _Z * error[best]
            return ChangePoint(
                last - 1, best, float(size[best]), (size[best] - reach, size[best] + reach)
            )
    return None


def _from_each(
    differences: Floats, weights: Floats, shared: Floats, prior: Floats, effect: float
) -> tuple[Floats, Floats, Floats]:
    """For a change at each window, shape (t,): the likelihood ratio, its size and its error.

    Sums from each window to the last one give everything, as the covariance is a diagonal and the
    error that all windows share (Sherman & Morrison 1950).
    """
    weighted = weights * differences
    total, cross = weights.sum(axis=1), weighted.sum(axis=1)
    tails = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    crosses = np.cumsum(weighted[:, ::-1], axis=1)[:, ::-1]
    factor = shared / (1 + shared * total)
    about = tails - factor[:, None] * tails**2
    toward = crosses - factor[:, None] * tails * cross[:, None]
    log_null = 0.5 * (
        np.log(weights).sum(axis=1)
        - np.log1p(shared * total)
        - (weighted * differences).sum(axis=1)
        + factor * cross**2
    )
    null = np.exp(log_null - log_null.max()) * prior
    null /= null.sum()
    gain = 1 + effect**2 * about
    log_ratio = 0.5 * (effect**2 * toward**2 / gain - np.log(gain))
    with np.errstate(over="ignore"):
        each = null[:, None] * np.exp(np.minimum(log_ratio, 700.0))
    ratio = each.sum(axis=0)
    share = each / ratio
    size = effect**2 * toward / gain
    mean = (share * size).sum(axis=0)
    variance = (share * (effect**2 / gain + (size - mean) ** 2)).sum(axis=0)
    return ratio, mean, np.sqrt(variance)
