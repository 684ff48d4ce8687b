"""What a model's figures are on later posts, without their labels.

On its validation split it is known how right a model's probabilities are. Later it is less sure of
itself, and :mod:`core.stats.expected` says by how much its figures should have fallen since. They
really fall further, as the probabilities age, too. Earlier models whose labels are known show how
much further, for each point that they were expected to fall::

    realised fall = (1 + slope) · expected fall + level of the model + effect of the window + chance

Guillory et al. 2021, "Predicting with Confidence on Unseen Distributions", found that falls of
accuracy are proportional to differences of confidence, over synthetic and natural shifts. Here the
shifts are those that time brought to earlier models.

The slope is that of least squares through 0, each window weighted by its posts, drawn towards
:data:`PRIOR_SLOPE` as far as it is uncertain: models that hardly fell, since they are few or young,
tell next to nothing. How uncertain it is follows from the levels, which all windows of a model
share, the effects of windows, and chance. The variance of levels has a scaled inverse χ² prior,
worth :data:`PRIOR_MODELS` models with the standard deviation :data:`PRIOR_LEVEL`; so intervals are
Student's t, with :data:`PRIOR_MODELS` degrees of freedom more than there are models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from core.arrays import Floats
from core.stats.classification import ratio
from core.stats.intervals import LEVEL

FEWEST_MODELS = 2
"""Earlier models that a correction is learned from: one alone does not tell how models differ."""
PRIOR_MODELS, PRIOR_LEVEL = 4, 0.015
PRIOR_SLOPE, PRIOR_ERROR = 1.0, 0.7
"""What is believed of slopes before any model is looked at: mean and standard deviation. All four
come from models of real posts: docs/decisions/0041-label-free.md.
"""


@dataclass(frozen=True, slots=True)
class Falls:
    """How far a figure of one earlier model fell from its validation split, in w windows.

    ``expected``: by its probabilities; ``realised``: by the labels; below 0 where it rose.
    ``posts``: of each window, 1 or more. Shape (w,) each, w 1 or more, in any order.
    """

    expected: Floats
    realised: Floats
    posts: Floats


@dataclass(frozen=True, slots=True)
class Chance:
    """The variance of what one post adds to a figure: to the realised one, and to the expected."""

    realised: float
    expected: float

    def of_error(self, slope: float) -> float:
        """Of what one post adds to ``realised - (1 + slope) · expected``.

        Where probabilities are right, the covariance of the two is the variance of the expected.
        """
        return max(self.realised + (slope**2 - 1) * self.expected, 0.0)


@dataclass(frozen=True, slots=True)
class Correction:
    """What earlier models tell. ``slope``: how much further a figure falls than expected, for each
    point; ``error``, ``level``, ``window``: standard deviations of the slope, of levels of models,
    and of effects of windows. ``models``: that it was learned from.
    """

    slope: float
    error: float
    level: float
    window: float
    models: int

    def fall(self, expected: float) -> float:
        """How far a figure really fell that was expected to fall so far."""
        return (1 + self.slope) * expected

    def reach(self, expected: float, chance: Chance, *, posts: int, reference: int) -> float:
        """Half the length of the 95% interval around :meth:`fall`, for what the labels of the
        window's posts would show.

        Args:
            posts: of the window; ``reference``: of the validation split. 1 or more each.
        """
        variance = (
            (self.error * expected) ** 2
            + self.level**2
            + self.window**2
            + chance.of_error(self.slope) * (1 / posts + 1 / reference)
        )
        quantile = special.stdtrit(PRIOR_MODELS + self.models, (1 + LEVEL) / 2)
        return float(quantile * np.sqrt(variance))


def learned(models: Sequence[Falls], chance: Chance) -> Correction | None:
    """The correction that earlier models tell; None for fewer than :data:`FEWEST_MODELS`.

    The order of models and windows does not matter.

    Args:
        chance: of the model that it is for; posts of earlier ones vary about as much.
    """
    if len(models) < FEWEST_MODELS:
        return None
    square = float(sum((m.posts * m.expected**2).sum() for m in models))
    cross = sum((m.posts * m.expected * (m.realised - m.expected)).sum() for m in models)
    found = float(ratio(cross, np.asarray(square)))
    level, window = _spread(models, found, chance)
    information = _information(models, square, level, window, chance.of_error(found))
    precision = 1 / PRIOR_ERROR**2 + information
    slope = (PRIOR_SLOPE / PRIOR_ERROR**2 + found * information) / precision
    level, window = _spread(models, slope, chance)
    return Correction(slope, precision**-0.5, level, window, len(models))


def _information(
    models: Sequence[Falls], square: float, level: float, window: float, one: float
) -> float:
    """What least squares tells of the slope, as 1 over its variance; 0 where no model fell."""
    shared = sum((m.posts * m.expected).sum() ** 2 for m in models) * level**2
    own = sum(((m.posts * m.expected) ** 2 * (window**2 + one / m.posts)).sum() for m in models)
    return float(ratio(np.asarray(square**2), shared + own))


def _spread(models: Sequence[Falls], slope: float, chance: Chance) -> tuple[float, float]:
    """Standard deviations of levels of models, and of effects of windows, around a line."""
    rest = [m.realised - (1 + slope) * m.expected for m in models]
    levels = np.array([np.average(r, weights=m.posts) for r, m in zip(rest, models, strict=True)])
    level = (PRIOR_MODELS * PRIOR_LEVEL**2 + (levels**2).sum()) / (PRIOR_MODELS + len(models))
    return float(np.sqrt(level)), _between_windows(models, rest, levels, chance.of_error(slope))


def _between_windows(
    models: Sequence[Falls], rest: Sequence[Floats], levels: Floats, one: float
) -> float:
    """The standard deviation between windows of a model, beyond what chance makes of posts; 0 where
    chance explains it all, or each model has but one window.
    """
    posts = np.concatenate([m.posts for m in models])
    free = len(posts) - len(models)
    if free < 1:
        return 0.0
    apart = np.concatenate([r - level for r, level in zip(rest, levels, strict=True)])
    beyond = (posts * apart**2).sum() / free - one
    return float(np.sqrt(max(beyond, 0.0) / posts.mean()))
