"""One sentence that says how a model is doing. Pure."""

import numpy as np

from core.drift.results import DriftReport, Measured, On, State, WindowReport
from core.drift.windows import called, day_of
from core.stats.shares import independent_difference
from core.words import count, interval, signed, three

_TEXTS = {On.POSTS: "post", On.SUBMISSIONS: "submission"}


def headline(report: DriftReport, *, name: str) -> str:
    """How the model called ``name`` is doing, by the newest complete window.

    >>> # "Production 20261129.1 differs from its validation split: mean p@1 0.571 in the week of
    >>> # 2013-08-19 against 0.612 (−0.041, 95% interval −0.050 to −0.032); first alarm in …."
    """
    newest, alarm = report.newest, report.first_alarm
    said = f"{name}: {_counted(report)}"
    if newest is None or newest.figures is None:
        return f"{said}. {_no_complete(report)}"
    window = called(newest.begins, report.window)
    now = newest.figures.p_at_1
    if report.reference is None:
        return f"{said}; mean p@1 {three(now.value)} in {window}. {report.no_reference}"
    change = change_of(report.reference.figures.p_at_1, now)
    said += (
        f"; mean p@1 {three(now.value)} in {window} against"
        f" {three(report.reference.figures.p_at_1.value)} on its validation split"
        f" ({signed(change.value)}, 95% interval {interval(change.interval)})"
    )
    if alarm is None:
        judged = sum(each.judged is not None for each in report.windows)
        return f"{said}; no alarm in {count(judged, 'window')}." if judged else f"{said}."
    return f"{said}; first alarm in {called(alarm.begins, report.window)}."


def change_of(reference: Measured, window: Measured) -> Measured:
    """How far a figure of a window is from that of the reference, of other posts."""
    low, high = independent_difference(
        *(np.asarray(each.value) for each in (reference, window)),
        *(np.asarray(each.interval) for each in (reference, window)),
    )
    return Measured(window.value - reference.value, (float(low), float(high)))


def _counted(report: DriftReport) -> str:
    texts = sum(each.figures.posts for each in report.windows if each.figures)
    since = f" since {day_of(report.since)}" if report.on == On.POSTS else ""
    return f"{count(texts, _TEXTS[report.on])}{since}"


def _no_complete(report: DriftReport) -> str:
    kinds = {each.state for each in report.windows}
    if not kinds - {State.EMPTY}:
        return "There is nothing to judge it by yet."
    return f"No {report.window} is complete yet."


def state_of(window: WindowReport) -> str:
    """``alarm: ks, psi``, ``ok``, or why it was not judged."""
    if window.judged is None:
        return str(window.state) if window.state != State.COMPLETE else "not judged"
    return f"alarm: {', '.join(window.judged.alarms)}" if window.judged.alarms else "ok"
