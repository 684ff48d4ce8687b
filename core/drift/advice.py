"""What waiting costs: how fast accuracy falls with age, and when it is below a limit. Pure."""

from collections.abc import Sequence

import numpy as np

from core.arrays import Floats, Int64s
from core.drift.results import Advice, Below, DriftReport, Measured, State, WindowReport
from core.drift.sentence import ACCURACY
from core.drift.windows import Window, begin_of, called
from core.stats.intervals import LEVEL
from core.stats.trend import Trend, trend
from core.words import count, three

FEWEST_WINDOWS = 6
"""Complete windows with labels, below which nothing is advised."""
MOST_WINDOWS = 52
"""Of longer histories, the newest: over years, no line is straight."""
WEEK = 7 * 86_400
AHEAD = 52
"""Weeks after the newest window that are looked at."""
_Z = 1.959963984540054
"""Of :data:`LEVEL`."""


def advice(report: DriftReport, *, accuracy_drop: float | None = None) -> Advice:
    """What the complete windows with labels tell of waiting longer.

    Args:
        accuracy_drop: how far accuracy may be below that of the validation split; None: no limit.
    """
    windows = _labelled(report)[-MOST_WINDOWS:]
    if len(windows) < FEWEST_WINDOWS:
        return Advice(window=report.window, windows=len(windows), per_week=None)
    line = _line(windows)
    per_week = Measured(*line.slope)
    found = Advice(window=report.window, windows=len(windows), per_week=per_week)
    reference = report.reference.figures.realised if report.reference else None
    if accuracy_drop is None or not reference or not found.falls:
        return found
    before, newest = reference[ACCURACY], windows[-1]
    return Advice(
        window=report.window,
        windows=len(windows),
        per_week=per_week,
        below=_below(line, before, accuracy_drop, newest, report.window),
    )


def advice_sentence(found: Advice) -> str:
    """The same in one or two sentences.

    For example "Accuracy falls by 0.0024 a week (95% interval 0.0018 to 0.0031, from 33 weeks). It
    is expected to be below the limit of 0.341 from the week of 2013-09-02 on (95% interval: the
    week of 2013-08-12 to the week of 2013-10-07)."
    """
    over = f"from {count(found.windows, str(found.window))}"
    if found.per_week is None:
        needed = f"{FEWEST_WINDOWS} complete {found.window}s with labels are needed"
        return f"No advice on retraining: {needed}, and there are {found.windows}."
    low, high = found.per_week.interval
    if not found.falls:
        bounds = f"95% interval {_signed(low)} to {_signed(high)}, {over}"
        changes = f"accuracy changes by {_signed(found.per_week.value)} a week ({bounds})"
        return f"No advice on retraining: {changes}, which does not show that it falls."
    bounds = f"95% interval {-high:.4f} to {-low:.4f}, {over}"
    said = f"Accuracy falls by {-found.per_week.value:.4f} a week ({bounds})."
    return f"{said} {_expected(found.below, found.window)}" if found.below else said


def _expected(below: Below, window: Window) -> str:
    """When it is below the limit."""
    limit = f"below the limit of {three(below.level)}"
    earliest, expected, latest = (
        None if moment is None else called(moment, window)
        for moment in (below.earliest, below.expected, below.latest)
    )
    if earliest is None:
        return f"It is not expected to be {limit} within a year."
    if expected is None:
        return f"It may be {limit} from {earliest} on, but within a year that is not expected."
    if latest is None:
        return (
            f"It is expected to be {limit} from {expected} on; that may be as early as {earliest},"
            " or not within a year."
        )
    if earliest == latest:
        return f"It is expected to be {limit} from {expected} on."
    between = f"95% interval: {earliest} to {latest}"
    return f"It is expected to be {limit} from {expected} on ({between})."


def _labelled(report: DriftReport) -> list[WindowReport]:
    """The complete windows whose accuracy is known, in order."""
    return [
        each
        for each in report.windows
        if each.state == State.COMPLETE and each.figures and each.figures.realised
    ]


def _line(windows: Sequence[WindowReport]) -> Trend:
    """Through the accuracy of windows, by week."""
    right = np.array([_accuracy(each) for each in windows])
    posts = np.array([each.figures.posts for each in windows if each.figures], dtype=np.float64)
    share = (right * posts + 1) / (posts + 2)  # a share of 0 or 1 has an error as well
    begins = np.array([each.begins for each in windows], dtype=np.int64)
    length = np.array([each.ends - each.begins for each in windows])
    place = np.rint((begins - begins[0]) / length.mean()).astype(np.int64)
    return trend(right, share * (1 - share) / posts, (begins + length / 2) / WEEK, place)


def _accuracy(window: WindowReport) -> float:
    realised = window.figures.realised if window.figures else None
    return realised[ACCURACY].value if realised else 0.0


def _below(
    line: Trend, reference: Measured, drop: float, newest: WindowReport, window: Window
) -> Below:
    """When the line is below the limit with a chance of 2.5, 50 and 97.5%."""
    low, high = reference.interval
    level = reference.value - drop
    ahead = np.arange(AHEAD + 1, dtype=np.float64)
    middle = (newest.begins + newest.ends) / 2
    chance = line.below(level, middle / WEEK + ahead, variance=((high - low) / (2 * _Z)) ** 2)
    begins = begin_of((middle + ahead * WEEK).astype(np.int64), window)
    earliest, expected, latest = (
        _first(chance, tail, begins) for tail in ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)
    )
    return Below(level=level, earliest=earliest, expected=expected, latest=latest)


def _first(chance: Floats, least: float, begins: Int64s) -> int | None:
    """The first window with so high a chance; None without one."""
    found = np.flatnonzero(chance >= least)
    return int(begins[found[0]]) if len(found) else None


def _signed(value: float) -> str:
    """With four decimals: what a week changes is small."""
    sign = "−" if value < 0 else "+"
    return f"{sign}{abs(value):.4f}"
