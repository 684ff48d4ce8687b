"""Collecting again and again, on one machine. For more, docs/collecting.md has the lines.

A plain loop, in which rounds cannot overlap: docs/decisions says why there is no scheduler.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.collect.alone import alone
from core.collect.rate import Clock, RealClock
from core.collect.visits import Collected
from core.errors import InputError, SignoffError
from core.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one round: ``collected``, or the ``error`` that ended it."""

    began: datetime
    next: datetime
    collected: Collected | None = None
    error: SignoffError | None = None


def watch(
    store: Store,
    collect: Callable[[], Collected],
    *,
    every: float,
    tell: Callable[[Round], None],
    clock: Callable[[threading.Event], Clock] = RealClock,
) -> None:
    """Collect at a fixed interval in seconds, until the process is interrupted.

    A round that fails is reported, and the next one tries again. If one takes longer than
    ``every``, the rounds that it ran into are skipped.

    Raises:
        InputError: what only a person can mend, such as a key that is not accepted.
        ConflictError: another process watches here.
    """
    own = clock(threading.Event())
    with alone(store, "watch"):
        while True:
            began, started = datetime.now(UTC), own.now()
            collected, error = None, None
            try:
                collected = collect()
            except InputError:
                raise
            except SignoffError as met:
                error = met
            seconds = until_next(own.now() - started, every=every)
            following = datetime.now(UTC) + timedelta(seconds=seconds)
            tell(Round(began=began, next=following, collected=collected, error=error))
            own.wait(seconds)


def until_next(took: float, *, every: float) -> float:
    """Seconds until the next round, after one that took some. Pure."""
    return every * max(math.ceil(took / every), 1) - took
