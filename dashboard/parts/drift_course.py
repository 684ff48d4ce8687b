"""The course of a model's figures, window by window."""

from core.drift.results import DriftReport, State, WindowReport
from core.drift.sentence import missed_sentence, uncorrected_sentence, unlabelled_sentence
from core.hints import Command, Hint
from core.metrics import METRIC
from dashboard import components as c
from dashboard import words
from dashboard.charts import drift as charts
from dashboard.charts.drift_tracks import Value, moment, track
from dashboard.charts.track import Moment
from dashboard.parts.moves import moves_of

P_AT_1 = "p_at_1_mean"
FIGURES = {METRIC[key].name: key for key in ("accuracy", "f1_macro", "recall_at_5")}
"""What stands beside mean p@1: its name -> the metric."""


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


def show_estimates(made: DriftReport) -> None:
    """How far estimates without labels can be trusted."""
    if not any(each.estimated for each in made.windows):
        return
    lines = [words.plain(missed_sentence(made))]
    if uncorrected := uncorrected_sentence(made):
        lines.append(words.hint(Hint(uncorrected, Command("backtest"))))
    c.lines([line for line in lines if line])


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
