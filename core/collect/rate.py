"""One rate limit for everybody who asks at once."""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

PER_MINUTE = 100
"""Requests a minute that Reddit allows to a key, where its answers do not say."""
LONGEST_WINDOW = 3_600.0
"""Seconds. A demand to wait for longer is nonsense."""
SAME = 1.5
"""Seconds by which the reported end of one window may differ from answer to answer."""
LONGEST_PAUSE = 3_600.0
PAUSE = 60.0
"""Seconds to wait after a 429 that does not say for how long."""


class Clock(Protocol):
    """Seconds that only grow, and a way to let them pass."""

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None: ...


class Stopped(Exception):  # noqa: N818 - not an error
    """The run is over: waiting threads need not go on."""


class RealClock:
    """The machine's own. Waiting ends at once, with :class:`Stopped`, when ``stop`` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        if self._stop.wait(max(seconds, 0)):
            raise Stopped


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests may still be sent until ``ends``, a moment of the clock.

    ``told``: when the server first told of this window; None: the budget is what Reddit publishes.
    """

    left: int
    ends: float
    told: float | None = None


def at(budget: Budget, now: float) -> Budget:
    """The budget of the window that ``now`` lies in."""
    return Budget(left=PER_MINUTE, ends=now + 60) if now >= budget.ends else budget


def told(budget: Budget, headers: Mapping[str, str], *, in_flight: int, now: float) -> Budget:
    """The budget after an answer: what the server says of it, if it can be read.

    Answers may overtake each other, and other programs may use the same key: while the window
    stays the same, the smaller of our own count and the server's holds. Where its end moves on, as
    it does with a new window or one that slides, the server's holds, less the requests that it may
    not have counted yet. An answer from the end of the window before, overtaken by the first of
    this one, says nothing of this one.

    Args:
        in_flight: requests under way, without the one that was answered.
    """
    remaining = _number(headers.get("x-ratelimit-remaining"))
    reset = _number(headers.get("x-ratelimit-reset"))
    if remaining is None or reset is None or reset > LONGEST_WINDOW:
        return budget
    # Whole seconds are rounded down: the window may last up to one more.
    rounded = headers["x-ratelimit-reset"].strip().isdigit()
    ends = now + reset + rounded
    if budget.told is None or ends > budget.ends + SAME:
        return Budget(left=max(int(remaining) - in_flight, 0), ends=ends, told=now)
    if ends - budget.told < budget.ends - ends:
        return budget
    return replace(budget, left=min(budget.left, int(remaining)))


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to wait after a 429, from Retry-After (seconds or a date), else the window's rest."""
    said = headers.get("retry-after", "")
    seconds = _number(said)
    if seconds is None:
        seconds = _seconds_until(said, now)
    if seconds is None:
        seconds = _number(headers.get("x-ratelimit-reset"))
    return PAUSE if seconds is None else min(max(seconds, 1.0), LONGEST_PAUSE)


def _number(text: str | None) -> float | None:
    """A finite number that is not negative, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _seconds_until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


class RateLimit:
    """The budget that all threads share: each asks before a request, and tells of its answer."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._budget = Budget(left=PER_MINUTE, ends=clock.now() + 60)
        self._paused_until = clock.now()
        self._in_flight = 0

    def acquire(self) -> None:
        """Wait until a request may be sent; then :meth:`release` must follow it.

        Raises:
            Stopped: the run ended meanwhile.
        """
        while (seconds := self._spend_or_wait()) > 0:
            self.clock.wait(seconds)

    def release(self, headers: Mapping[str, str]) -> None:
        """A request was answered with these headers (lower-case names; none if it failed)."""
        with self._lock:
            self._in_flight -= 1
            now = self.clock.now()
            self._budget = told(self._budget, headers, in_flight=self._in_flight, now=now)

    def pause(self, seconds: float) -> None:
        """Nobody sends anything for this number of seconds."""
        with self._lock:
            self._paused_until = max(self._paused_until, self.clock.now() + seconds)

    def _spend_or_wait(self) -> float:
        """Seconds to wait and ask again; 0: the request is granted."""
        with self._lock:
            now = self.clock.now()
            self._budget = at(self._budget, now)
            if now < self._paused_until:
                return self._paused_until - now
            if self._budget.left < 1:
                return self._budget.ends - now
            self._budget = replace(self._budget, left=self._budget.left - 1)
            self._in_flight += 1
            return 0
