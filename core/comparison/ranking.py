"""Which trainings do best on one split, as far as the noise of retraining lets anybody tell."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from core.comparison.compare import of_evaluations, summary_of
from core.comparison.noise import digest_of
from core.evaluation.history import Training
from core.hints import Command, Hint
from core.metrics import METRIC as METRICS
from core.metrics import Better
from core.stats.intervals import Interval
from core.stats.spread import band, sd_of_difference
from core.store import Store
from core.store import models as models_table
from core.store.frames import read_json
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
    """A training that somebody asked for, with its repetitions by other seeds.

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


def ranking(
    store: Store, trainings: Sequence[Training], *, among: Collection[int] | None = None
) -> Ranking | None:
    """The trainings on the snapshot of the newest one; None without one that was evaluated.

    Args:
        trainings: all of them, newest first.
        among: the numbers of the trainings to rank; None: all that somebody asked for.
    """
    own = [each for each in trainings if each.evaluation and _is_among(each, among)]
    if not own:
        return None
    snapshot = own[0].snapshot
    here = [each for each in own if each.snapshot.digest == snapshot.digest]
    judge = Judge(store, here, trainings)
    best = judge.best(METRIC)
    return Ranking(
        snapshot=snapshot.id,
        best=tuple(best),
        behind=len(here) - len(best),
        measured=judge.measured,
        elsewhere=len(own) - len(here),
    )


def _is_among(training: Training, among: Collection[int] | None) -> bool:
    return training.own if among is None else training.number in among


class Judge:
    """Tells which of some trainings do best by a metric, as far as the noise lets anybody tell.

    Args:
        here: the trainings to judge, all evaluated on the same posts.
        trainings: all that there are, with their retrainings.
    """

    def __init__(
        self, store: Store, here: Sequence[Training], trainings: Sequence[Training]
    ) -> None:
        self._here = {each.number: each for each in here}
        self._repeats = repeats_of(trainings)
        self._spreads = spreads(store, here)
        self._compared = cache(partial(_compared, store))

    @property
    def measured(self) -> bool:
        """Whether the noise of retraining is known of any of them."""
        return bool(self._spreads)

    def best(self, metric: str) -> list[Tried]:
        """Those between which the noise shows no difference to the best, the best first.

        A metric that is better lower counts by its negative value.
        """
        sign = -1 if METRICS[metric].better == Better.LOWER else 1
        tried = [self._tried(number, metric, sign) for number in self._here]
        return leaders(tried, chance=partial(self._may_be_chance, metric))

    def noise(self, number: int, metric: str) -> float | None:
        """Half the width of the band that holds the difference of two trainings of this one's
        configuration; None where it was not measured.
        """
        spread = self._spread(number, metric)
        return None if spread is None else float(_half_width([spread]))

    def _spread(self, number: int, metric: str) -> Spread | None:
        measured = self._spreads.get(number)
        if measured is None or metric not in measured[0]:
            return None
        return Spread(sd=measured[0][metric], repeats=measured[1])

    def _tried(self, number: int, metric: str, sign: int) -> Tried:
        same = (self._here[number], *self._repeats.get(number, []))
        judged = [each.evaluation.metrics for each in same if each.evaluation]
        values = [sign * metrics[metric] for metrics in judged if metric in metrics]
        return Tried(number=number, values=tuple(values), spread=self._spread(number, metric))

    def _may_be_chance(self, metric: str, high: Tried, low: Tried) -> bool:
        """Whether the two were compared, and the interval of their difference holds 0."""
        sides = (self._here[high.number].evaluation, self._here[low.number].evaluation)
        if sides[0] is None or sides[1] is None or sides[0] == sides[1]:
            return False
        bounds = self._compared(sides[0].execution).get(sides[1].execution, {}).get(metric)
        return bounds is not None and bounds[0] <= 0 <= bounds[1]


def spreads(store: Store, trainings: Iterable[Training]) -> dict[int, tuple[dict[str, float], int]]:
    """Training -> metric -> standard deviation of one training of its configuration, and from how
    many trainings it was measured; without trainings whose noise was not measured.
    """
    with store.read() as session:
        measured = models_table.noises(session)
    newest_ = {(each.snapshot, each.configuration): each for each in reversed(measured)}
    read = cache(lambda digest: read_json(store.artifacts, digest))
    found = {}
    for training in trainings:
        shared = digest_of(training.execution.params, halves="half" in training.execution.params)
        if one := newest_.get((training.model.snapshot, shared)):
            found[training.number] = (read(one.metrics), one.repeats)
    return found


def _compared(store: Store, evaluation: int) -> dict[int, dict[str, Interval | None]]:
    """The other evaluation -> the intervals of the newest comparison with it."""
    found: dict[int, dict[str, Interval | None]] = {}
    for made in of_evaluations(store, [evaluation]):
        other = made.candidate if made.baseline == evaluation else made.baseline
        if other not in found:
            metrics = summary_of(store, made).metrics
            found[other] = {key: change.interval for key, change in metrics.items()}
    return found


def repeats_of(trainings: Sequence[Training]) -> dict[int, list[Training]]:
    """Training -> its repetitions on all posts with other seeds, where there are any."""
    found: dict[int, list[Training]] = {}
    for each in trainings:
        if each.repeats and not each.own and "half" not in each.execution.params:
            found.setdefault(each.repeats, []).append(each)
    return found


def leaders(
    tried: Sequence[Tried], *, chance: Callable[[Tried, Tried], bool] = lambda _high, _low: False
) -> list[Tried]:
    """The trainings that the noise cannot tell from the highest mean, highest first. Pure.

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
    return bool(known) and high.mean - low.mean > _half_width(known)


def _half_width(known: Sequence[Spread]) -> float:
    """Of the band of a difference, by the spreads of both sides, or the one that is known."""
    if len(known) == 1:
        return float(band(np.sqrt(2) * known[0].sd, degrees=known[0].repeats - 1))
    sds = [np.array([each.sd]) for each in known]
    sd, degrees = sd_of_difference(*sds, degrees=(known[0].repeats - 1, known[1].repeats - 1))
    return float(band(sd, degrees=degrees).max())
