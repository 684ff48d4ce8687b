"""Windows of time: days, weeks that begin on Monday, months, all in UTC. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import numpy as np

from core.arrays import Int64s

_DAY = 86_400
_WEEK = 7 * _DAY
_MONTH = np.timedelta64(1, "M")
_FIRST_MONDAY = 4 * _DAY
"""1970-01-05, in epoch seconds."""


class Window(StrEnum):
    """How long a window is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Edges:
    """Windows one after the other, without a gap between them.

    ``begins``, ``ends``: epoch seconds, shape (w,) each; the second is not included.
    """

    begins: Int64s
    ends: Int64s

    def __len__(self) -> int:
        return len(self.begins)


def begin_of(created: Int64s, window: Window) -> Int64s:
    """The first moment of the window that each moment falls into; any shape, epoch seconds."""
    if window == Window.MONTH:
        months = created.astype("datetime64[s]").astype("datetime64[M]")
        return months.astype("datetime64[s]").astype(np.int64)
    size, first = (_DAY, 0) if window == Window.DAY else (_WEEK, _FIRST_MONDAY)
    begins: Int64s = (created - first) // size * size + first
    return begins


def end_of(begins: Int64s, window: Window) -> Int64s:
    """The moment after each of the windows that begin then."""
    if window == Window.MONTH:
        months = begins.astype("datetime64[s]").astype("datetime64[M]") + _MONTH
        return months.astype("datetime64[s]").astype(np.int64)
    ends: Int64s = begins + (_DAY if window == Window.DAY else _WEEK)
    return ends


def edges(first: int, last: int, window: Window) -> Edges:
    """All windows from that of one moment to that of another; none if the first is later."""
    if first > last:
        none = np.zeros(0, dtype=np.int64)
        return Edges(none, none)
    ends = np.array([first, last], dtype=np.int64)
    low, high = begin_of(ends, window).tolist()
    if window == Window.MONTH:
        months = np.arange(
            np.datetime64(low, "s").astype("datetime64[M]"),
            np.datetime64(high, "s").astype("datetime64[M]") + _MONTH,
        )
        begins = months.astype("datetime64[s]").astype(np.int64)
    else:
        begins = np.arange(low, high + 1, _DAY if window == Window.DAY else _WEEK, dtype=np.int64)
    return Edges(begins, end_of(begins, window))


def places(created: Int64s, windows: Edges) -> tuple[Int64s, Int64s]:
    """Where the posts of each window begin and end among posts in the order of time; shape (w,).

    Args:
        created: epoch seconds, ascending; shape (n,).
    """
    return np.searchsorted(created, windows.begins), np.searchsorted(created, windows.ends)


def months_of(windows: Edges) -> list[tuple[str, str]]:
    """The first and the last month of each window, such as ``2026-05``: no window has more."""
    first, last = (
        moments.astype("datetime64[s]").astype("datetime64[M]").astype(str).tolist()
        for moments in (windows.begins, windows.ends - 1)
    )
    return list(zip(first, last, strict=True))


def day_of(moment: int) -> date:
    """The day, in UTC, of a moment in epoch seconds."""
    return datetime.fromtimestamp(moment, UTC).date()


def called(moment: int, window: Window) -> str:
    """``the week of 2026-05-25``, ``2026-05-25`` or ``2026-05``, of the window that begins then."""
    day = day_of(moment)
    if window == Window.MONTH:
        return f"{day:%Y-%m}"
    return f"the week of {day}" if window == Window.WEEK else f"{day}"
