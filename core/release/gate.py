"""The answer of a gate, and what it is made from. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from core.comparison.results import ComparisonSummary
from core.drift.results import NewestWindow, NoNewestWindow
from core.release.policy import Limit
from core.stats.intervals import Interval
from core.words import interval as in_words
from core.words import signed, three


class GateVerdict(StrEnum):
    """What a gate answers."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The answer of one gate.

    ``value`` and ``interval`` are None where there is none; ``limit`` is None where the gate asks
    no number. ``why``: one sentence. ``applies``: False where it compares with a version that does
    not exist; it is inconclusive then.
    """

    name: str
    verdict: GateVerdict
    value: float | None = None
    interval: Interval | None = None
    limit: float | None = None
    why: str
    applies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeOfTest:
    """What the evidence is made from, where it is a sealed test.

    ``split_age``: days from its freezing to its opening. ``ago``: days since it was opened.
    """

    split_age: int
    ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a candidate when its gates are judged.

    ``metrics``: of its evaluation. ``intervals``: of these, None where there is none.
    ``summary``, ``changes``: of its comparison with production, see
    :mod:`core.comparison.difference`; None without one, and ``missing`` says why, as a sentence.
    ``comparable``: False where there is no version to compare with, so that gates that do so
    cannot apply.
    ``training_known``: whether it is known which posts it was trained on.
    ``training_age``: days since its newest training post; None where that is not known.
    ``new_posts``: both models on the newest window after both snapshots; None where that has not
    been looked for. ``tested``: None as long as the sealed test was not opened. ``proposed_by``,
    ``reviewed_by``: None as long as nobody has.
    """

    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval | None]
    summary: ComparisonSummary | None = None
    changes: pd.DataFrame | None = None
    missing: str = "There is no comparison with production."
    comparable: bool = True
    training_known: bool = True
    training_age: int | None = None
    new_posts: NewestWindow | NoNewestWindow | None = None
    tested: AgeOfTest | None = None
    proposed_by: str | None = None
    reviewed_by: str | None = None


def by_interval(
    limit: Limit,
    said: str,
    value: float | None,
    interval: Interval | None,
    *,
    at_least: bool,
    shown: Callable[[float], str] = three,
) -> Gate:
    """Pass or fail where the whole interval lies on one side of the limit."""
    edge = float(limit.value)
    if value is None or interval is None:
        what = "value" if value is None else "interval"
        return unjudged(limit, f"The evidence has no {what} to judge by.", edge=edge)
    low, high = interval
    allowed = f"the limit of at {'least' if at_least else 'most'} {shown(edge)}"
    if low >= edge if at_least else high <= edge:
        verdict, words = GateVerdict.PASS, f"the whole interval is within {allowed}"
    elif high < edge if at_least else low > edge:
        verdict, words = GateVerdict.FAIL, f"the whole interval is beyond {allowed}"
    else:
        verdict = GateVerdict.INCONCLUSIVE
        words = f"the interval includes {allowed}, so these posts do not decide it"
    return Gate(
        name=limit.name,
        verdict=verdict,
        value=value,
        interval=interval,
        limit=edge,
        why=f"{said} {shown(value)} (95% interval {shown(low)} to {shown(high)}): {words}.",
    )


def by_value(
    limit: Limit,
    said: str,
    value: float | None,
    *,
    at_least: bool,
    shown: Callable[[float], str] = three,
) -> Gate:
    """For what has no interval."""
    edge = float(limit.value)
    if value is None:
        return unjudged(limit, "The evidence has no value to judge by.", edge=edge)
    kept = value >= edge if at_least else value <= edge
    allowed = f"the limit of at {'least' if at_least else 'most'} {shown(edge)}"
    return Gate(
        name=limit.name,
        verdict=GateVerdict.PASS if kept else GateVerdict.FAIL,
        value=value,
        limit=edge,
        why=f"{said} {shown(value)}, {'within' if kept else 'beyond'} {allowed}.",
    )


def not_inferior(
    limit: Limit, said: str, value: float, interval: Interval, *, floor: float, edge: str
) -> Gate:
    """Of a change that may not be below ``floor``, which the sentence calls ``edge``."""
    low, high = interval
    if low > floor:
        verdict, words = GateVerdict.PASS, f"the whole interval is above {edge}"
    elif high < floor:
        verdict, words = GateVerdict.FAIL, f"the whole interval is below {edge}"
    else:
        verdict = GateVerdict.INCONCLUSIVE
        words = f"the interval includes {edge}, so these posts do not decide it"
    return Gate(
        name=limit.name,
        verdict=verdict,
        value=value,
        interval=interval,
        limit=floor,
        why=f"{said} {signed(value)} (95% interval {in_words(interval)}): {words}.",
    )


def unjudged(limit: Limit, why: str, *, edge: float | None) -> Gate:
    return Gate(name=limit.name, verdict=GateVerdict.INCONCLUSIVE, limit=edge, why=why)
