"""What a model's figures are on later posts, without their labels.

On its validation split it is known how right a model's probabilities are. Later it is less sure of
itself, and :mod:`core.stats.expected` says by how much its figures should have fallen since. They
really fall further, as the probabilities age, too. Earlier models whose labels are known show how
much further, for each point that they were expected to fall, and for each year::

    realised fall = (1 + slope) · expected fall + ageing · years / cube root of the training posts
                    + level of the model + effect of the window + chance

Guillory et al. 2021, "Predicting with Confidence on Unseen Distributions", found that falls of
accuracy are proportional to differences of confidence, over synthetic and natural shifts. Here the
shifts are those that time brought to earlier models. What they do not notice grows with age, the
slower the more posts they were trained on.

It is a mixed model, with :data:`PRIOR` for the two coefficients and for the standard deviations of
levels and of windows: models that hardly fell, since they are few or young, tell next to nothing.
The standard deviations are not chosen, but averaged over, each with its probability.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import special

from core.arrays import Floats
from core.stats.intervals import LEVEL

FEWEST_MODELS = 2
"""Earlier models that a correction is learned from: one alone does not tell how models differ."""
TRAINED = 100_000
"""Posts of a model that ``ageing`` speaks of."""
_TRIED = np.linspace(-2, 2, 7)
"""Standard deviations are averaged over at so many points of their priors."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before any model is looked at: mean and standard deviation of the slope;
    the standard deviation of ageing, around 0; median and standard deviation of the logarithm of
    the standard deviations of levels and of windows.
    """

    slope: tuple[float, float] = (1.0, 0.5)
    ageing: float = 0.02
    level: tuple[float, float] = (0.008, 0.5)
    window: tuple[float, float] = (0.006, 0.6)


PRIOR = Prior()
"""From models of real posts: docs/decisions/0041-label-free.md."""


@dataclass(frozen=True, slots=True)
class Falls:
    """How far a figure of one earlier model fell from its validation split, in w windows.

    ``expected``: by its probabilities; ``realised``: by the labels; below 0 where it rose.
    ``years``: from its validation split, middle to middle. ``posts``: of each window, 1 or more.
    Shape (w,) each, w 1 or more, in any order. ``reference``: posts of the validation split;
    ``trained``: posts that it was trained on, 1 or more each.
    """

    expected: Floats
    realised: Floats
    years: Floats
    posts: Floats
    reference: int
    trained: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What earlier models tell.

    ``slope``: how much further a figure falls than expected, for each point; ``ageing``: and how
    much in a year, besides, of a model of :data:`TRAINED` posts. ``covariance``: of the two, shape
    (2, 2). ``level``, ``window``: standard deviations of levels of models and of effects of
    windows. ``models``: that it was learned from. ``chance``: the variance of what one post adds to
    the figure.
    """

    slope: float
    ageing: float
    covariance: Floats
    level: float
    window: float
    models: int
    chance: float

    def fall(self, expected: float, years: float, *, trained: int) -> float:
        """How far a figure really fell that was expected to fall so far, after so many years."""
        by_slope, by_age = _terms(expected, years, trained)
        return float(expected + self.slope * by_slope + self.ageing * by_age)

    def reach(
        self, expected: float, years: float, *, trained: int, posts: int, reference: int
    ) -> float:
        """Half the length of the 95% interval around :meth:`fall`, for what the labels of the
        window's posts would show.

        Args:
            posts: of the window; ``reference``: of the validation split; ``trained``: that the
                model was trained on. 1 or more each.
        """
        terms = _terms(expected, years, trained)
        variance = (
            terms @ self.covariance @ terms
            + self.level**2
            + self.window**2
            + self.chance * (1 / posts + 1 / reference)
        )
        return float(special.ndtri((1 + LEVEL) / 2) * np.sqrt(variance))


def learned(models: Sequence[Falls], *, chance: float) -> Correction | None:
    """The correction that earlier models tell; None for fewer than :data:`FEWEST_MODELS`.

    The order of models and windows does not matter.

    Args:
        chance: the variance of what one post adds to the figure, of the model that it is for; posts
            of earlier ones vary about as much. Where the slope is about 1, as it mostly is, what a
            post adds to a fall beyond the expected one varies as much, too.
    """
    if len(models) < FEWEST_MODELS:
        return None
    tried = list(_tried(models, chance))
    likely = np.array([each.likely for each in tried])
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    means = np.array([each.mean for each in tried])
    slope, ageing = weights @ means
    apart = means - [slope, ageing]
    within = np.einsum("t,tij->ij", weights, [each.covariance for each in tried])
    level, window = (
        float(np.sqrt(weights @ [sd**2 for sd in sds]))
        for sds in ([each.level for each in tried], [each.window for each in tried])
    )
    covariance = within + (apart.T * weights) @ apart
    return Correction(
        slope=float(slope),
        ageing=float(ageing),
        covariance=covariance,
        level=level,
        window=window,
        models=len(models),
        chance=chance,
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """The coefficients, if these are the standard deviations; ``likely``: log of how likely."""

    level: float
    window: float
    mean: Floats
    covariance: Floats
    likely: float


def _tried(models: Sequence[Falls], chance: float) -> Iterator[_Tried]:
    terms, rest, posts = _all(models)
    centre = np.array([PRIOR.slope[0], 0.0])
    precision = np.diag([PRIOR.slope[1] ** -2, PRIOR.ageing**-2])
    columns = np.column_stack([terms, rest - terms @ centre])
    starts = np.cumsum([0, *(len(each.posts) for each in models)])[:-1]
    references = np.array([each.reference for each in models])
    for a, b in product(_TRIED, _TRIED):
        level = PRIOR.level[0] * np.exp(PRIOR.level[1] * a)
        window = PRIOR.window[0] * np.exp(PRIOR.window[1] * b)
        own, shared = window**2 + chance / posts, level**2 + chance / references
        products, log_volume = _whitened(columns, own, shared, starts)
        among = products[:2, :2] + precision
        moved = np.linalg.solve(among, products[:2, 2])
        log_volume += np.linalg.slogdet(among)[1]
        unexplained = products[2, 2] - products[:2, 2] @ moved
        likely = -(unexplained + log_volume + a**2 + b**2) / 2
        yield _Tried(
            level,
            window,
            centre + moved,
            np.asarray(np.linalg.inv(among), dtype=np.float64),
            float(likely),
        )


def _whitened(
    columns: Floats, own: Floats, shared: Floats, starts: np.ndarray
) -> tuple[Floats, float]:
    """``columns.T @ inv(S) @ columns`` and log det S, of the covariance S whose windows have the
    variance ``own`` each, and those of one model ``shared`` besides.
    """
    weighed = columns / own[:, None]
    of_model = np.add.reduceat(weighed, starts)
    precision = np.add.reduceat(1 / own, starts)
    less = shared / (1 + shared * precision)
    volume = np.log(own).sum() + np.log1p(shared * precision).sum()
    return columns.T @ weighed - (of_model.T * less) @ of_model, float(volume)


def _all(models: Sequence[Falls]) -> tuple[Floats, Floats, Floats]:
    """Of all windows, model by model: terms, falls beyond the expected ones, posts."""
    terms = [np.column_stack([m.expected, _aged(m.years, m.trained)]) for m in models]
    return (
        np.concatenate(terms),
        np.concatenate([m.realised - m.expected for m in models]),
        np.concatenate([m.posts for m in models]),
    )


def _terms(expected: float, years: float, trained: int) -> Floats:
    return np.array([expected, float(_aged(np.array(years), trained))])


def _aged(years: Floats, trained: int) -> Floats:
    aged: Floats = years * np.cbrt(TRAINED / trained)
    return aged
