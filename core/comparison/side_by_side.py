"""Several trainings next to each other: what was chosen for each, and how well each does."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.comparison.differences import flat, said, unusual
from core.comparison.ranking import Judge
from core.evaluation.history import Training
from core.metrics import METRICS, Better, Metric
from core.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One parameter of n trainings: None where a family does not have it.

    ``differs``: whether its values differ, or having it at all tells a training apart.
    """

    key: str
    name: str
    values: tuple[object, ...]
    differs: bool

    @property
    def same(self) -> bool:
        """Whether all have it, and have it alike."""
        return None not in self.values and not self.differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One metric of n trainings.

    ``values``: None where one was not evaluated. ``noise``: half the width of the band that holds
    the difference of two trainings of that configuration; None where it was not measured. ``best``:
    the numbers of the best training and of all that the noise cannot tell from it; empty where they
    are not ranked: the metric judges nothing, the noise was measured of none, or they were
    evaluated on different posts.
    """

    metric: Metric
    values: tuple[float | None, ...]
    noise: tuple[float | None, ...]
    best: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """``chosen``: what differs first. ``measured``: the headlines first."""

    trainings: tuple[Training, ...]
    chosen: tuple[Chosen, ...]
    measured: tuple[Measured, ...]
    same_posts: bool
    """Whether all were evaluated on the same validation split."""


def side_by_side(
    store: Store, shown: Sequence[Training], trainings: Sequence[Training]
) -> SideBySide:
    """What to read of these trainings.

    Args:
        shown: one or more, in the order in which they stand.
        trainings: all that there are, with the retrainings of these.
    """
    judged = [each for each in shown if each.evaluation]
    same = len(judged) == len(shown) and len({each.snapshot.digest for each in shown}) == 1
    judge = Judge(store, judged, trainings)
    return SideBySide(
        trainings=tuple(shown),
        chosen=tuple(sorted(_chosen(shown), key=lambda each: not each.differs)),
        measured=tuple(
            _measured(metric, shown, judge, ranked=same and judge.measured)
            for metric in sorted(METRICS, key=lambda metric: not metric.headline)
            if not metric.implied and any(metric.key in _metrics(each) for each in shown)
        ),
        same_posts=same,
    )


def _chosen(shown: Sequence[Training]) -> list[Chosen]:
    of_each = [{**flat(each.execution.params), "snapshot": each.snapshot.id} for each in shown]
    families = {values.get("family") for values in of_each}
    told = {key for each in shown for key in _telling(each)}
    if len(families) > 1:  # each has versions of its own
        of_each = [{k: v for k, v in values.items() if k != "version"} for values in of_each]
    return [
        Chosen(
            key=key,
            name=said(key),
            values=(values := tuple(each.get(key) for each in of_each)),
            differs=_differ(values) or (None in values and key in told),
        )
        for key in dict.fromkeys(key for values in of_each for key in values)
    ]


def _telling(training: Training) -> set[str]:
    """What tells it apart where another does not have it: its family's parameters that are not as
    by default, and what is no parameter of a family, such as ``newest``.
    """
    params = training.execution.params
    return {*unusual(params), *params}


def _differ(values: Sequence[object]) -> bool:
    return len({str(value) for value in values if value is not None}) > 1


def _measured(metric: Metric, shown: Sequence[Training], judge: Judge, *, ranked: bool) -> Measured:
    values = tuple(_metrics(each).get(metric.key) for each in shown)
    judges = ranked and metric.better != Better.NEITHER and None not in values
    return Measured(
        metric=metric,
        values=values,
        noise=tuple(
            judge.noise(each.number, metric.key) if each.evaluation else None for each in shown
        ),
        best=frozenset(each.number for each in judge.best(metric.key)) if judges else frozenset(),
    )


def _metrics(training: Training) -> dict[str, float]:
    return training.evaluation.metrics if training.evaluation else {}
