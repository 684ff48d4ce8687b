"""One sentence that says how a model is doing. Pure."""

import numpy as np

from core.comparison.results import HIGHER, LOWER, direction
from core.drift.results import DriftReport, Estimated, Figures, Measured, On, State, WindowReport
from core.drift.windows import called, day_of
from core.stats.shares import independent_difference
from core.words import count, interval, signed, three

ACCURACY = "accuracy"
ERRED = "On real posts, such estimates of accuracy were off by 0.02 to 0.04 on average."
"""From bench/RESULTS.md."""
_TEXTS = {On.POSTS: "post", On.SUBMISSIONS: "submission"}


def name_of(alias: str, version: str) -> str:
    """What sentences call a version that ``alias`` names; the version itself, where it is that."""
    return version if alias == version else f"{alias.capitalize()} {version}"


def headline(report: DriftReport, *, name: str) -> str:
    """How the model called ``name`` is doing, by the newest complete window.

    For example "Production 20261129.1 is ageing: mean p@1 fell from 0.612 to 0.571 in the week of
    2013-08-19 (−0.041, 95% interval −0.050 to −0.032). Accuracy fell from … First alarm in the week
    of 2013-06-03."
    """
    said, newest, reference = in_short(report, name=name), report.newest, report.reference
    if newest is None or newest.figures is None:
        return f"{said} {_no_complete(report)}"
    if reference is None:
        return f"{said} {report.no_reference}"
    now, before = newest.figures, reference.figures
    if before.realised and now.realised:
        accuracy = before.realised[ACCURACY], now.realised[ACCURACY]
        said += f" {_moved('Accuracy', *accuracy)} ({_change(*accuracy)})."
    estimated = newest.estimated.get(ACCURACY)
    if estimated is not None and _tells_more(estimated, now):
        said += f" {_estimate(estimated)}"
    return f"{said} {_alarms(report)}"


def in_short(report: DriftReport, *, name: str) -> str:
    """The first sentence of :func:`headline`."""
    newest, reference = report.newest, report.reference
    if newest is None or newest.figures is None:
        return f"{name}: {_counted(report)}."
    window, now = called(newest.begins, report.window), newest.figures
    if reference is None:
        return f"{name}: mean p@1 is {three(now.p_at_1.value)} in {window}."
    before = reference.figures
    return (
        f"{name}{_how(report)}: {_moved('mean p@1', before.p_at_1, now.p_at_1)} in {window}"
        f" ({_change(before.p_at_1, now.p_at_1)})."
    )


def change_sentences(report: DriftReport) -> list[str]:
    """Of each figure whose level changed, since when, and when that was evident."""
    names = {"p_at_1_mean": "Mean p@1", ACCURACY: "Accuracy"}
    return [
        f"{names[each.figure]} has been at another level since"
        f" {called(each.began, report.window)} ({signed(each.size.value)}, 95% interval"
        f" {interval(each.size.interval)}), evident in {called(each.fired, report.window)}."
        for each in report.changes
    ]


def uncorrected_sentence(report: DriftReport) -> str:
    """What it means that estimates are not corrected for ageing; empty where there are none, or
    where they are.
    """
    found = report.estimates
    if found is None or not found.uncorrected or not any(w.estimated for w in report.windows):
        return ""
    return f"Estimates are not corrected for ageing. {found.uncorrected} {ERRED}"


def missed_sentence(report: DriftReport) -> str:
    """How far estimates were off where there are labels; empty without such windows.

    For example "Estimated without labels, accuracy was off by 0.012 on average in 26 complete
    weeks; the 95% interval held it in 25."
    """
    pairs = [
        (each.figures.realised[ACCURACY].value, each.estimated[ACCURACY])
        for each in report.windows
        if each.state == State.COMPLETE and each.estimated and each.figures
        if each.figures.realised
    ]
    if not pairs:
        return ""
    error = sum(abs(estimate.value - value) for value, estimate in pairs) / len(pairs)
    where = count(len(pairs), f"complete {report.window}")
    said = f"Estimated without labels, accuracy was off by {three(error)} on average in {where}"
    intervals = [(value, estimate.interval) for value, estimate in pairs if estimate.interval]
    if not intervals:
        return f"{said}."
    held = sum(low <= value <= high for value, (low, high) in intervals)
    return f"{said}; the 95% interval held it in {held:,}."


def unlabelled_sentence(report: DriftReport) -> str:
    """How many posts have no label since a test split was about to be sealed; empty without any."""
    posts = sum(each.figures.unlabelled for each in report.windows if each.figures)
    if report.on == On.SUBMISSIONS or not posts:
        return ""
    return (
        f"The subreddits of {count(posts, 'post')} were not read, since a snapshot was being frozen"
        " whose sealed test may hold them: p@1 is known, accuracy is not."
    )


def _tells_more(found: Estimated, now: Figures) -> bool:
    """Whether there are no labels, or so few that they tell less than the estimate does."""
    if not now.realised:
        return True
    low, high = now.realised[ACCURACY].interval
    return found.interval is not None and found.interval[1] - found.interval[0] < high - low


def _estimate(found: Estimated) -> str:
    """``Estimated accuracy is 0.431 (95% interval 0.391 to 0.471).``"""
    if found.interval is None:
        return f"Estimated accuracy is {three(found.value)}, not corrected for ageing."
    low, high = (three(end) for end in found.interval)
    return f"Estimated accuracy is {three(found.value)} (95% interval {low} to {high})."


def _how(report: DriftReport) -> str:
    """What alarms and changes come to; nothing where there are none."""
    if report.first_alarm is None and not report.changes:
        return ""
    sizes = [each.size.value for each in report.changes] or [_moved_since(report)]
    return " is ageing" if min(sizes) < 0 else " gets other texts than it was validated on"


def _moved_since(report: DriftReport) -> float:
    """How far mean p@1 was from the reference at the first alarm; 0 where that is not shown."""
    alarm, reference = report.first_alarm, report.reference
    if alarm is None or alarm.figures is None or reference is None:
        return 0.0
    change = change_of(reference.figures.p_at_1, alarm.figures.p_at_1)
    shown = direction(change.value, interval=change.interval, noise=None) in (HIGHER, LOWER)
    return change.value if shown else 0.0


def _moved(what: str, before: Measured, now: Measured) -> str:
    """``mean p@1 fell from 0.612 to 0.571``; no direction where none is shown."""
    change = change_of(before, now)
    went = direction(change.value, interval=change.interval, noise=None)
    if went not in (HIGHER, LOWER):
        return f"{what} is {three(now.value)} against {three(before.value)} in validation"
    verb = "fell" if went == LOWER else "rose"
    return f"{what} {verb} from {three(before.value)} to {three(now.value)}"


def _change(before: Measured, now: Measured) -> str:
    change = change_of(before, now)
    return f"{signed(change.value)}, 95% interval {interval(change.interval)}"


def _alarms(report: DriftReport) -> str:
    judged = sum(each.judged is not None for each in report.windows)
    alarms = [each.fired for each in report.changes]
    alarms += [report.first_alarm.begins] if report.first_alarm else []
    if alarms:
        return f"First alarm in {called(min(alarms), report.window)}."
    if not judged:
        return "No window was judged: its validation split has too few posts to calibrate alarms."
    return f"No alarm in {count(judged, 'complete window')}."


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
