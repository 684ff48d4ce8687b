"""What can come of asking Reddit for a subreddit, and when to ask again. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a subreddit was met the last time."""

    COLLECTED = "collected"
    EMPTY = "empty"
    """It shows no post at all."""
    OVER_18 = "over_18"
    """Left out, as nobody asked for it."""

    PRIVATE = "private"
    QUARANTINED = "quarantined"
    BANNED = "banned"
    NONEXISTENT = "nonexistent"
    RENAMED = "renamed"
    """Reddit redirects to another name, which is the detail."""
    UNAVAILABLE = "unavailable"
    """For legal reasons (451)."""
    FORBIDDEN = "forbidden"
    """Refused (4xx) for a reason that is none of the above."""

    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    """The answer broke off, or is not what was asked for."""
    RATE_LIMITED = "rate_limited"
    """Too many requests (429), again and again."""
    BROKEN_OFF = "broken_off"
    """The listing ended before its end: everything to go on from had disappeared from it."""


FINE = frozenset({Outcome.COLLECTED, Outcome.EMPTY, Outcome.OVER_18})
UNANSWERED = frozenset(
    {Outcome.SERVER_ERROR, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.RATE_LIMITED}
)
"""Troubles that are Reddit's, not those of a subreddit, where many meet them in a row."""
DOUBTFUL = frozenset({Outcome.FORBIDDEN, Outcome.UNREADABLE})
"""Answers that may be meant for whoever asks, whatever they ask for: a key that was locked out, a
page of the network between."""
PASSING = UNANSWERED | {Outcome.UNREADABLE, Outcome.BROKEN_OFF}
"""Troubles that pass by themselves, mostly within minutes. The others last."""

FIRST_WAIT = {True: timedelta(minutes=10), False: timedelta(days=1)}
"""Passing? -> how long a subreddit is left alone after its first failure; doubles with each."""
LONGEST_WAIT = {True: timedelta(days=1), False: timedelta(days=30)}


class Refusal(Exception):  # noqa: N818 - an outcome, not an error
    """Reddit did not give what was asked for."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(outcome, detail)
        self.outcome = outcome
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.outcome}: {self.detail}" if self.detail else str(self.outcome)


def retry_at(outcome: Outcome, failures: int, now: datetime) -> datetime | None:
    """When to ask for a subreddit again; None: at the next run.

    Args:
        failures: how many times in a row, this one included.
    """
    if outcome in FINE:
        return None
    passing = outcome in PASSING
    doubled = FIRST_WAIT[passing] * (1 << min(failures - 1, 16))
    return now + min(doubled, LONGEST_WAIT[passing])


def of_status(status: int, body: Any, location: str) -> Refusal | None:
    """What an HTTP status means for a subreddit; None: it brings what was asked for.

    Args:
        body: the parsed answer, whose ``reason`` tells private from quarantined and banned from
            nonexistent.
        location: where a redirect leads, as a path.
    """
    if 200 <= status < 300:
        return None
    reason = body.get("reason") if isinstance(body, Mapping) else None
    said = f"{status} {reason}" if isinstance(reason, str) else str(status)
    if 300 <= status < 400:
        return _of_redirect(location)
    if status == 429:
        return Refusal(Outcome.RATE_LIMITED, said)
    if status == 408:
        return Refusal(Outcome.TIMEOUT, said)
    if status >= 500:
        return Refusal(Outcome.SERVER_ERROR, said)
    return Refusal(_OF_REASON.get(str(reason)) or _OF_STATUS.get(status, Outcome.FORBIDDEN), said)


def _of_redirect(location: str) -> Refusal:
    """Of a subreddit that does not exist Reddit shows the search; of a renamed one, the new."""
    match location.removesuffix(".json").strip("/").split("/"):
        case ["r", name, *_]:
            return Refusal(Outcome.RENAMED, name)
        case ["subreddits", "search", *_]:
            return Refusal(Outcome.NONEXISTENT)
    return Refusal(Outcome.FORBIDDEN, f"redirected to {location[:100]}")


_OF_STATUS = {404: Outcome.NONEXISTENT, 451: Outcome.UNAVAILABLE}
_OF_REASON = {
    "private": Outcome.PRIVATE,
    "quarantined": Outcome.QUARANTINED,
    "banned": Outcome.BANNED,
}
