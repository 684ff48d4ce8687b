"""Moments as files write them: seconds, milliseconds, ISO 8601, dates. Pure.

A moment without a time zone is UTC; a date is its first second.
"""

import math
import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.collect.missing import text_of

LARGEST_SECOND = 10**11
"""Of a number beyond it (the year 5138) the unit is not seconds but a thousandth of what it was."""
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_DIGIT = re.compile(r"\d")
_LONGEST = 80
"""Characters from which on a text is no moment, however it is written."""
_UTC = re.compile(r"\s*(?:UTC|GMT|Z)\Z", re.IGNORECASE)
UNKNOWN_ORDER = "does not tell the day from the month: write it like 2020-09-13"


def moment(value: Any) -> float | None:
    """Epoch seconds; None: it is no moment, or its day cannot be told from its month."""
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _epoch(value)
    if isinstance(value, date):
        return _epoch(datetime(value.year, value.month, value.day, tzinfo=UTC))
    if isinstance(value, int | float):
        return _scaled(value)
    text = value if isinstance(value, str) else text_of(value)
    try:
        return _scaled(float(text))  # of a missing one, as of nan, nothing comes
    except ValueError:
        return _written(text.strip()) if _DIGIT.search(text) and len(text) < _LONGEST else None


def has_unknown_order(value: Any) -> bool:
    """Whether it is a date such as 05/06/2020, of which nobody knows the month."""
    match = _SLASHED.fullmatch(_UTC.sub("", value.strip())) if isinstance(value, str) else None
    return match is not None and _order(match) is None


def _scaled(number: float) -> float | None:
    """Seconds from seconds, milliseconds, microseconds or nanoseconds."""
    try:
        number = float(number)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    for _ in range(3):
        if abs(number) < LARGEST_SECOND:
            break
        number /= 1_000
    return number


def _written(text: str) -> float | None:
    named = text.lower().startswith(_DAYS)
    text = text if named else _UTC.sub("+00:00", text)
    slashed = _SLASHED.fullmatch(text.removesuffix("+00:00"))
    if slashed:
        return _slashed(slashed)
    for read in (_ctime if named else datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _epoch(read(text))
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _slashed(match: re.Match[str]) -> float | None:
    order = _order(match)
    if order is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[3:])
    try:
        return _epoch(datetime(int(match[3]), *order, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None


def _order(match: re.Match[str]) -> tuple[int, int] | None:
    """Month and day, where one of both numbers can only be the day, or both are the same."""
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        return second, first
    if second > 12 >= first or first == second:
        return first, second
    return None


def _ctime(text: str) -> datetime:
    return datetime.strptime(_UTC.sub("", text), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _epoch(value: datetime) -> float | None:
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
