"""Decisions are events. What a candidate or an alias is now follows from them. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from core.store.releases import EventRecord

PRODUCTION, STAGING, CANARY = "production", "staging", "canary"
"""The aliases that have a place on the way out; a team may have others of its own."""


class Kind(StrEnum):
    """What can happen."""

    PROPOSED = "proposed"
    COMMENTED = "commented"
    OPENED = "opened"
    """A sealed test was opened for the candidate: the row of the ledger, written before a look."""
    REFUSED = "refused"
    """The opened test turned out to have leaked into the training: nothing was judged on it."""
    TESTED = "tested"
    """The result of an opening."""
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    """An alias was moved to a version."""
    ROLLED_BACK = "rolled_back"
    """An alias went back to the version before."""
    CLEARED = "cleared"
    """An alias names nothing any more; ``candidate`` is that of the version it named."""
    CANARY = "canary"
    """A share of the callers was given a version; a share of 0 ends it."""


class State(StrEnum):
    """What a candidate is."""

    PROPOSED = "proposed"
    TESTED = "tested"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"


_BECOMES = {
    Kind.PROPOSED: State.PROPOSED,
    Kind.TESTED: State.TESTED,
    Kind.APPROVED: State.APPROVED,
    Kind.REJECTED: State.REJECTED,
}
_ENDS_OPENING = (Kind.TESTED, Kind.REFUSED)


def candidate_state(events: Iterable[EventRecord]) -> State | None:
    """The state that one candidate's events, in order, lead to; None before the first.

    Released is what was in production. It stays so: a rollback is something that happens to the
    alias.
    """
    state = None
    for event in events:
        if event.kind == Kind.RELEASED and event.alias == PRODUCTION:
            state = State.RELEASED
        elif state != State.RELEASED:
            state = _BECOMES.get(Kind(event.kind), state)
    return state


def ends(events: Iterable[EventRecord]) -> dict[int, EventRecord]:
    """Opening -> the event that ended it: its result, or that it was refused."""
    return {e.opening: e for e in events if e.kind in _ENDS_OPENING and e.opening is not None}


def alias_versions(events: Iterable[EventRecord]) -> list[str]:
    """The versions that one alias can go back through, the present one last; none once it was
    cleared.
    """
    stack: list[str] = []
    for event in events:
        if event.kind == Kind.RELEASED and event.version:
            stack.append(event.version)
        elif event.kind == Kind.ROLLED_BACK:
            stack.pop()
        elif event.kind == Kind.CLEARED:
            stack.clear()
    return stack


def sentence(event: EventRecord) -> str:
    """What happened, as command line, page and log all say it."""
    was = f" (was {event.before})" if event.before else ""
    candidate = f"candidate #{event.candidate}"
    overruling = ", overruling a failed gate" if event.override else ""
    canary = (
        f"gave {event.version} {event.share:.0%} of the callers"
        if event.share
        else f"ended the canary of {event.version}"
    )
    happened = {
        Kind.PROPOSED: f"proposed {candidate}",
        Kind.COMMENTED: f"commented on {candidate}",
        Kind.OPENED: f"opened the sealed test {_split(event)} for {candidate}",
        Kind.REFUSED: f"got no answer from the sealed test {_split(event)} for {candidate}",
        Kind.TESTED: f"tested {candidate} on the sealed test {_split(event)}: {event.verdict}",
        Kind.APPROVED: f"approved {candidate} as {event.version}{overruling}",
        Kind.REJECTED: f"rejected {candidate}",
        Kind.RELEASED: f"released {event.version} to {event.alias}{was}",
        Kind.ROLLED_BACK: f"rolled {event.alias} back to {event.version}{was}",
        Kind.CLEARED: f"cleared {event.alias}{was}",
        Kind.CANARY: canary,
    }[Kind(event.kind)]
    comment = f": “{event.comment}”" if event.comment else ""
    because = f" Overruled because: “{event.override}”" if event.override else ""
    return f"{event.by} {happened}{comment}{because}"


def _split(event: EventRecord) -> str:
    return f"of {(event.snapshot or '')[:12]}"
