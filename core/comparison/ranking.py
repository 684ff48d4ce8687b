"""Which trainings do best on one split, as far as the noise of retraining lets anybody tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.comparison.compare import Pair, newest, summary_of
from core.comparison.noise import spread_of
from core.evaluation.history import Training
from core.hints import Command, Hint
from core.stats.spread import band, sd_of_difference
from core.store import Store
from core.words import count, three

METRIC = "f1_macro"
MOST = 5
"""Trainings that a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What retraining does to one metric: the standard deviation of one training, measured with
    that many.
    """

    sd: float
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A training that somebody asked for, and those that repeat it with other seeds.

    ``values``: the metric of all of them, its own first. ``spread``: None: not measured.
    """

    number: int
    values: tuple[float, ...]
    spread: Spread | None

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)

    @property
    def named(self) -> str:
        """``#3 and its 5 retrainings``."""
        repeated = len(self.values) - 1
        return f"#{self.number}" + (f" and its {count(repeated, 'retraining')}" if repeated else "")

    @property
    def reached(self) -> str:
        """``0.484 to 0.491``, or ``0.484``."""
        low, high = three(min(self.values)), three(max(self.values))
        return low if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """``best``: those between which the noise shows no difference to the highest, highest first;
    ``behind``: how many are below by more than the noise; ``measured``: whether the noise is known
    of any of them. ``elsewhere``: how many trainings were judged on other posts, and so are not
    among them. ``snapshot``: whose validation split it is.
    """

    snapshot: str
    best: tuple[Tried, ...]
    behind: int
    measured: bool
    elsewhere: int

    @property
    def sentence(self) -> str:
        """Plain text, without a ranking within the noise or across splits."""
        on = f"on the validation split of {self.snapshot}"
        shown, more = self.best[:MOST], len(self.best) - MOST
        each = [f"{tried.named}, {tried.reached}" for tried in shown]
        listed = "; ".join([*each, *([f"and {more} more"] if more > 0 else [])])
        if not self.measured and len(self.best) > 1:
            said = f"Macro F1 {on}, not ranked: {listed}. The noise of retraining is not measured."
        elif len(self.best) == 1 and not self.behind:
            said = f"Macro F1 {on}: {listed}."
        else:
            said = f"Best macro F1 within noise: {listed} {on}."
        if self.elsewhere:
            others = count(self.elsewhere, "other training")
            said += f" {others} had other validation posts and cannot be ranked with these."
        return said

    @property
    def hint(self) -> Hint | None:
        """How to measure the noise, where that is missing."""
        if self.measured or len(self.best) < 2:
            return None
        return Hint(
            "Measure the noise with the parameters of a training.",
            Command("noise", snapshot=self.snapshot),
        )


def ranking(store: Store, trainings: Sequence[Training]) -> Ranking | None:
    """The trainings on the snapshot of the newest one that somebody asked for; None without one
    that was evaluated.

    Args:
        trainings: newest first.
    """
    own = [each for each in trainings if each.own and each.evaluation]
    if not own:
        return None
    snapshot = own[0].snapshot
    here = [each for each in own if each.snapshot.digest == snapshot.digest]
    tried = [
        Tried(
            number=each.number,
            values=_values(each, trainings),
            spread=_spread(store, each),
        )
        for each in here
    ]
    by_number = {each.number: each for each in here}
    best = leaders(
        tried,
        chance=lambda high, low: _may_be_chance(
            store, by_number[high.number], by_number[low.number]
        ),
    )
    return Ranking(
        snapshot=snapshot.id,
        best=tuple(best),
        behind=len(tried) - len(best),
        measured=any(each.spread for each in tried),
        elsewhere=len(own) - len(here),
    )


def leaders(
    tried: Sequence[Tried], *, chance: Callable[[Tried, Tried], bool] = lambda _high, _low: False
) -> list[Tried]:
    """Those that are not below the highest mean by more than the noise, highest first. Pure.

    Where the noise was measured of one of two only, the other is taken to vary as much; of
    neither: no difference between them shows anything.

    Args:
        chance: whether a comparison of two found that their difference may be chance.
    """
    ordered = sorted(tried, key=lambda each: -each.mean)
    highest = ordered[0]
    return [each for each in ordered if not _beyond(highest, each) or chance(highest, each)]


def _beyond(high: Tried, low: Tried) -> bool:
    known = list(dict.fromkeys(each.spread for each in (high, low) if each.spread))
    if not known:
        return False
    if len(known) == 1:
        half_width = band(np.sqrt(2) * known[0].sd, degrees=known[0].repeats - 1)
    else:
        sds = [np.array([each.sd]) for each in known]
        sd, degrees = sd_of_difference(
            sds[0], sds[1], degrees=(known[0].repeats - 1, known[1].repeats - 1)
        )
        half_width = band(sd, degrees=degrees)
    return high.mean - low.mean > float(half_width.max())


def _may_be_chance(store: Store, high: Training, low: Training) -> bool:
    """Whether the two were compared, and the interval of their difference holds 0."""
    sides = (high.evaluation, low.evaluation)
    if sides[0] is None or sides[1] is None or sides[0] == sides[1]:
        return False
    for pair in (Pair(sides[0], sides[1]), Pair(sides[1], sides[0])):
        made = newest(store, pair)
        bounds = summary_of(store, made).metrics[METRIC].interval if made else None
        if bounds and bounds[0] <= 0 <= bounds[1]:
            return True
    return False


def _values(training: Training, trainings: Sequence[Training]) -> tuple[float, ...]:
    """Of it and its retrainings on all posts."""
    repeats = [
        each
        for each in trainings
        if each.repeats == training.number and "half" not in each.execution.params and not each.own
    ]
    judged = [each.evaluation for each in (training, *repeats)]
    return tuple(evaluation.metrics[METRIC] for evaluation in judged if evaluation)


def _spread(store: Store, training: Training) -> Spread | None:
    measured = spread_of(store, training.model, METRIC)
    return None if measured is None else Spread(sd=measured[0], repeats=measured[1])
