"""Whether a version keeps to the limits of the policy's ``[drift]``. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.drift.results import DriftReport, Figures, Measured
from core.drift.sentence import ACCURACY, change_of
from core.drift.windows import called
from core.release.policy import Limit, Policy
from core.stats.intervals import Interval
from core.words import count, share, signed
from core.words import interval as in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLimit:
    """What is said of one limit. ``exceeded``: None where it could not be judged.

    ``value``, ``interval``: None where there is none. ``why``: one sentence.
    """

    name: str
    limit: float
    exceeded: bool | None
    value: float | None = None
    interval: Interval | None = None
    why: str


def limits_of(policy: Policy, report: DriftReport, *, age: int | None) -> tuple[DriftLimit, ...]:
    """Every limit that is on, in the order of the policy.

    Args:
        age: days since its newest training post, see :mod:`core.release.training_age`.
    """
    on = [limit for limit in policy.drift if limit.value is not False]
    return tuple(
        _age(limit, age) if limit.key == "max_age_days" else _JUDGES[limit.key](limit, report)
        for limit in on
    )


def accuracy_drop(policy: Policy) -> float | None:
    """How far accuracy may be below that of the validation split; None where that is off."""
    return next((float(each.value) for each in policy.drift if each.key == "accuracy_drop"), None)


def _accuracy_drop(limit: Limit, report: DriftReport) -> DriftLimit:
    return _drop(limit, report, "Accuracy", _accuracy, needs_labels=True)


def _p_at_1_drop(limit: Limit, report: DriftReport) -> DriftLimit:
    return _drop(limit, report, "Mean p@1", lambda figures: figures.p_at_1)


def _drop(
    limit: Limit,
    report: DriftReport,
    what: str,
    of: Callable[[Figures], Measured | None],
    *,
    needs_labels: bool = False,
) -> DriftLimit:
    """Exceeded where the whole interval of the drop lies above the limit."""
    newest, reference = report.labelled if needs_labels else report.newest, report.reference
    if report.newest is None:
        return _unjudged(limit, f"No {report.window} is complete yet.")
    if reference is None:
        return _unjudged(limit, report.no_reference)
    before, now = of(reference.figures), of(newest.figures) if newest and newest.figures else None
    if newest is None or before is None or now is None:
        return _unjudged(limit, "Its posts have no labels.")
    change, most = change_of(before, now), float(limit.value)
    low, high = change.interval
    if -high > most:
        words = f"the whole interval is below the limit of {signed(0 - most)}"
    elif -low <= most:
        words = f"the whole interval keeps to the limit of {signed(0 - most)}"
    else:
        words = f"the interval includes the limit of {signed(0 - most)}"
    return DriftLimit(
        name=limit.name,
        limit=most,
        exceeded=-high > most,
        value=0 - change.value,
        interval=(0 - high, 0 - low),
        why=f"{what} in {called(newest.begins, report.window)} differs by {signed(change.value)}"
        f" from validation (95% interval {in_words(change.interval)}): {words}.",
    )


def _unknown_words(limit: Limit, report: DriftReport) -> DriftLimit:
    newest, most = report.newest, float(limit.value)
    if newest is None or newest.figures is None:
        return _unjudged(limit, f"No {report.window} is complete yet.")
    found = newest.figures.unknown_words
    if found is None:
        return _unjudged(limit, "The words of its texts were not counted.")
    return DriftLimit(
        name=limit.name,
        limit=most,
        exceeded=found > most,
        value=found,
        why=f"{share(found)} of the words in {called(newest.begins, report.window)} stand in no"
        f" training post, {_beside(found > most)} the limit of {share(most)}.",
    )


def _any_alarm(limit: Limit, report: DriftReport) -> DriftLimit:
    judged = sum(each.judged is not None for each in report.windows)
    alarm = report.first_alarm
    if alarm is not None:
        why = f"A distance of p@1 has alarmed in {called(alarm.begins, report.window)}."
    elif report.changes:
        fired = called(report.changes[0].fired, report.window)
        why = f"A change of level was evident in {fired}."
    elif judged:
        why = f"Nothing has alarmed in {count(judged, f'complete {report.window}')}."
    else:
        return _unjudged(limit, f"No {report.window} was judged yet.")
    exceeded = alarm is not None or bool(report.changes)
    return DriftLimit(name=limit.name, limit=float(limit.value), exceeded=exceeded, why=why)


def _age(limit: Limit, age: int | None) -> DriftLimit:
    most = int(limit.value)
    if age is None:
        return _unjudged(limit, "It was made elsewhere, so the age of its training is not known.")
    if age < 0:
        return _unjudged(limit, "Its newest training post is dated in the future.")
    return DriftLimit(
        name=limit.name,
        limit=float(most),
        exceeded=age > most,
        value=float(age),
        why=f"Its training posts end {count(age, 'day')} ago, {_beside(age > most)} the limit of"
        f" {most:,}.",
    )


def _unjudged(limit: Limit, why: str) -> DriftLimit:
    return DriftLimit(name=limit.name, limit=float(limit.value), exceeded=None, why=why)


def _accuracy(figures: Figures) -> Measured | None:
    return figures.realised.get(ACCURACY) if figures.realised else None


def _beside(exceeded: bool) -> str:
    return "beyond" if exceeded else "within"


_JUDGES: Mapping[str, Callable[[Limit, DriftReport], DriftLimit]] = MappingProxyType(
    {
        "accuracy_drop": _accuracy_drop,
        "p_at_1_drop": _p_at_1_drop,
        "unknown_words": _unknown_words,
        "any_alarm": _any_alarm,
    }
)
