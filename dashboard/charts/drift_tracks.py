"""The course of a model's figures by window, as what :func:`dashboard.charts.drift.over_time`
draws. Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from core.drift.results import DriftReport, Figures, WindowReport
from core.drift.windows import called
from dashboard.charts.track import ALARM, COMPLETE, OPEN, Bounds, Gap, Level, Moment, Spot, Track

Value = Callable[[Figures], tuple[float, Bounds | None] | None]
"""A figure of a window with its interval, None where there is none."""


def p_at_1(found: Figures) -> tuple[float, Bounds | None]:
    """Mean p@1."""
    return found.p_at_1.value, found.p_at_1.interval


def realised(key: str) -> Value:
    """One of :data:`FIGURES`; None without labels."""

    def value(found: Figures) -> tuple[float, Bounds | None] | None:
        if not found.realised:
            return None
        return found.realised[key].value, found.realised[key].interval

    return value


def track(
    made: DriftReport,
    value: Value,
    *,
    metric: str = "",
    moments: Sequence[Moment] = (),
    alarms: bool = False,
) -> Track:
    """One figure over time. Pure.

    Args:
        metric: what changes of level name it; empty: they are not of it.
    """
    before = value(made.reference.figures) if made.reference else None
    return Track(
        spots=list(_spots(made, value, alarms=alarms)),
        gaps=list(gaps(made)),
        reference=before,
        estimated=list(_estimated(made, metric)),
        levels=[
            Level(
                since=moment(each.began),
                value=before[0] + each.size.value,
                said=f"another level since {called(each.began, made.window)},"
                f" evident in {called(each.fired, made.window)}",
            )
            for each in made.changes
            if each.figure == metric and before is not None
        ],
        moments=moments,
    )


def _spots(made: DriftReport, value: Value, *, alarms: bool) -> Iterator[Spot]:
    for each in made.windows:
        found = value(each.figures) if each.figures else None
        if found is not None and each.figures is not None:
            mark = _mark(each)
            yield Spot(
                begins=moment(each.begins),
                ends=moment(each.ends),
                name=window_name(each, made),
                value=found[0],
                interval=found[1],
                posts=each.figures.posts,
                mark=mark if alarms or mark == OPEN else COMPLETE,
                note=", ".join(each.judged.alarms) if each.judged else each.why,
            )


def _estimated(made: DriftReport, metric: str) -> Iterator[Spot]:
    for each in made.windows:
        found = each.estimated.get(metric)
        if found is not None and each.figures is not None:
            yield Spot(
                begins=moment(each.begins),
                ends=moment(each.ends),
                name=window_name(each, made),
                value=found.value,
                interval=found.interval,
                posts=each.figures.posts,
                note="" if found.corrected else "not corrected for ageing",
            )


def _mark(window: WindowReport) -> str:
    if window.judged is None:
        return OPEN
    return ALARM if window.judged.alarms else COMPLETE


def gaps(made: DriftReport) -> Iterator[Gap]:
    """Windows without a figure, those next to each other of one state together."""
    for (state, without), run in groupby(
        made.windows, key=lambda each: (each.state, each.figures is None)
    ):
        windows = list(run)
        if without:
            first, last = windows[0].begins, windows[-1].ends
            yield Gap(begins=moment(first), ends=moment(last), state=str(state))


def window_name(window: WindowReport, made: DriftReport) -> str:
    """``the week of 2026-05-25``."""
    return called(window.begins, made.window)


def moment(seconds: int) -> datetime:
    """Epoch seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
