"""The course of a model's figures, window by window."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from core.drift.results import DriftReport, Figures, State, WindowReport
from core.drift.sentence import missed_sentence, uncorrected_sentence, unlabelled_sentence
from core.drift.windows import called
from core.hints import Command, Hint
from core.metrics import METRIC
from dashboard import components as c
from dashboard import words
from dashboard.charts import drift as charts
from dashboard.charts.track import ALARM, COMPLETE, OPEN, Bounds, Gap, Level, Moment, Spot, Track
from dashboard.parts.moves import moves_of

P_AT_1 = "p_at_1_mean"
FIGURES = {METRIC[key].name: key for key in ("accuracy", "f1_macro", "recall_at_5")}
"""What stands beside mean p@1: its name -> the metric."""

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


def show_track(
    made: DriftReport, alias: str, metric: str, value: Value, *, key: str, alarms: bool = False
) -> None:
    """One figure over time; where no window has it, that.

    Args:
        alarms: whether the alarms are of it.
    """
    found = track(made, value, metric=metric, moments=releases(alias), alarms=alarms)
    if not found.spots and not found.estimated:
        c.empty("No window has this figure yet.")
        return
    name = METRIC[metric].name
    c.chart(
        charts.over_time(found, c.colours(), unit=str(made.window), y=name),
        key=key,
        alt=f"{name} by {made.window}, with the validation split as a band",
    )


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


def show_estimates(made: DriftReport) -> None:
    """How far estimates without labels can be trusted."""
    if not any(each.estimated for each in made.windows):
        return
    lines = [words.plain(missed_sentence(made))]
    if uncorrected := uncorrected_sentence(made):
        lines.append(words.hint(Hint(uncorrected, Command("backtest"))))
    c.lines([line for line in lines if line])


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


def releases(alias: str) -> list[Moment]:
    """When the alias got which version."""
    return [
        Moment(at=event.at, name=f"{alias}: {event.after or 'nothing'}")
        for event in moves_of(alias)
    ]


def show_states(made: DriftReport) -> None:
    """Which windows are not judged, and why; and how many posts have no label."""
    by_state: dict[tuple[State, str], list[WindowReport]] = {}
    for each in made.windows:
        if each.judged is None:
            by_state.setdefault((each.state, each.why), []).append(each)
    lines = []
    for (state, why), windows in by_state.items():
        first, last = (words.day(moment(each.begins)) for each in (windows[0], windows[-1]))
        when = first if len(windows) == 1 else f"{first} to {last}"
        name = "Not judged" if state == State.COMPLETE else str(state).capitalize()
        counted = words.count(len(windows), str(made.window))
        lines.append(f"**{name}**: {counted}, {when}. {words.plain(why)}")
    if unlabelled := unlabelled_sentence(made):
        lines.append(unlabelled)
    if lines:
        c.lines(lines)


def window_name(window: WindowReport, made: DriftReport) -> str:
    """``the week of 2026-05-25``."""
    return called(window.begins, made.window)


def moment(seconds: int) -> datetime:
    """Epoch seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
