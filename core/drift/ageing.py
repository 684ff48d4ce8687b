"""How models of a backtest age, and what retraining bought. Pure.

Months differ in how hard their posts are. So a model is measured against its own validation, and
two models on the same window. Both are means over a few differences, with Student's interval.
Models share windows, so these differences are not independent; docs/drift.md says how often the
intervals held in simulations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.arrays import Floats
from core.drift.backtest_results import Cell, Trained
from core.stats.intervals import Interval
from core.stats.spread import SMALLEST_SD, band

FEWEST_DIFFERENCES = 3
"""Fewer have no interval."""
FEWEST_POSTS = 50
"""That a window must have to count, of all subreddits or of those of a topic group."""
Thing = TypeVar("Thing")
ValueOf = Callable[[Cell], float | None]
"""What is followed; None where a cell does not have it."""


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """The mean of ``of`` differences. ``interval``: 95%; None of fewer than three."""

    value: float
    interval: Interval | None
    of: int


@dataclass(frozen=True, slots=True)
class AtAge:
    """``change``: from a model's own validation to the window of this age (1, 2, …), over all
    models that have both.
    """

    age: int
    change: MeanDifference


@dataclass(frozen=True, slots=True)
class Younger:
    """``gain``: of the model trained right before a window over the one that is ``by`` windows
    older, over all windows that both were measured on.
    """

    by: int
    gain: MeanDifference


@dataclass(frozen=True, slots=True)
class InWindow:
    """One window: the newest model then, which is what retraining each time gives, and the oldest
    one, which is what never retraining gives.
    """

    begins: int
    ends: int
    newest: float
    oldest: float


@dataclass(frozen=True, slots=True)
class Ageing:
    """``validation``: the mean over models of what their own validation said; None without any.
    ``decay``: by age; ``gains``: by how much older the other model is; both without ages that no
    model has. ``windows``: in order.
    """

    validation: float | None
    decay: tuple[AtAge, ...]
    gains: tuple[Younger, ...]
    windows: tuple[InWindow, ...]

    @property
    def said_decay(self) -> AtAge | None:
        """What is said of the decay: at the greatest age that has an interval and half of the
        models, else at the first; None without any.
        """
        return _said(self.decay, [each.change for each in self.decay])

    @property
    def said_gain(self) -> Younger | None:
        """The same of the gains, by windows."""
        return _said(self.gains, [each.gain for each in self.gains])


def of_figure(name: str) -> ValueOf:
    """A figure of all posts of a cell."""

    def value(cell: Cell) -> float | None:
        found = cell.figures.get(name)
        return None if found is None or cell.posts < FEWEST_POSTS else found.value

    return value


def of_topic(name: str) -> ValueOf:
    """The accuracy of a topic group."""

    def value(cell: Cell) -> float | None:
        found = cell.topics.get(name)
        return None if found is None or found.posts < FEWEST_POSTS else found.accuracy

    return value


def ageing(models: Sequence[Trained], value: ValueOf) -> Ageing:
    """How these models age.

    Args:
        models: of one backtest, the oldest first; 1 or more.
    """
    table = _table(models, value)
    validated = table[:, 0][~np.isnan(table[:, 0])]
    return Ageing(
        validation=float(validated.mean()) if len(validated) else None,
        decay=tuple(_decay(table)),
        gains=tuple(_gains(models, value)),
        windows=tuple(_windows(models, value)),
    )


def mean_difference(differences: Sequence[float]) -> MeanDifference:
    """Their mean with Student's interval.

    Args:
        differences: 1 or more.
    """
    n, value = len(differences), float(np.mean(differences))
    if n < FEWEST_DIFFERENCES:
        return MeanDifference(value, None, n)
    sd = max(float(np.std(differences, ddof=1)), SMALLEST_SD)
    half = float(band(sd / np.sqrt(n), degrees=n - 1))
    return MeanDifference(value, (value - half, value + half), n)


def _said(things: Sequence[Thing], differences: Sequence[MeanDifference]) -> Thing | None:
    half = max((each.of for each in differences), default=0) / 2
    sure = [
        thing
        for thing, each in zip(things, differences, strict=True)
        if each.interval and each.of >= half
    ]
    return sure[-1] if sure else next(iter(things), None)


def _table(models: Sequence[Trained], value: ValueOf) -> Floats:
    """Models by ages, shape (m, ages), from age 0 on; NaN where nothing was measured."""
    ages = 1 + max((cell.age for model in models for cell in model.cells), default=0)
    table = np.full((len(models), ages), np.nan)
    for row, model in enumerate(models):
        for cell in model.cells:
            found = value(cell)
            table[row, cell.age] = np.nan if found is None else found
    return table


def _decay(table: Floats) -> Iterator[AtAge]:
    for age in range(1, table.shape[1]):
        change = table[:, age] - table[:, 0]
        known = change[~np.isnan(change)]
        if len(known):
            yield AtAge(age, mean_difference(known.tolist()))


def _by_window(models: Sequence[Trained], value: ValueOf) -> dict[int, dict[int, float]]:
    """First moment of each window -> age of a model -> what it did there; in order."""
    found: dict[int, dict[int, float]] = {}
    for model in reversed(models):
        for cell in model.later:
            if (number := value(cell)) is not None:
                found.setdefault(cell.begins, {})[cell.age] = number
    return dict(sorted(found.items()))


def _gains(models: Sequence[Trained], value: ValueOf) -> Iterator[Younger]:
    differences: dict[int, list[float]] = {}
    for by_age in _by_window(models, value).values():
        if 1 in by_age:
            for age, number in by_age.items():
                if age > 1:
                    differences.setdefault(age - 1, []).append(by_age[1] - number)
    for by in sorted(differences):
        yield Younger(by, mean_difference(differences[by]))


def _windows(models: Sequence[Trained], value: ValueOf) -> Iterator[InWindow]:
    ends = {cell.begins: cell.ends for model in models for cell in model.later}
    for begins, by_age in _by_window(models, value).items():
        yield InWindow(begins, ends[begins], by_age[min(by_age)], by_age[max(by_age)])
