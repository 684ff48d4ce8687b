"""What a candidate or an alias is now follows from what has happened. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from core.release.events import (
    PRODUCTION,
    AliasEvent,
    Approved,
    Cleared,
    EndOfOpening,
    Proposed,
    Rejected,
    Released,
    ReleaseEvent,
    RolledBack,
    Tested,
)


class CandidateState(StrEnum):
    """What a candidate is."""

    PROPOSED = "proposed"
    TESTED = "tested"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"


_BECOMES: dict[type[ReleaseEvent], CandidateState] = {
    Proposed: CandidateState.PROPOSED,
    Tested: CandidateState.TESTED,
    Approved: CandidateState.APPROVED,
    Rejected: CandidateState.REJECTED,
}


def candidate_state(events: Iterable[ReleaseEvent]) -> CandidateState | None:
    """The state that one candidate's events, in order, lead to; None before the first.

    Released is what was in production. It stays so: a rollback is something that happens to the
    alias.
    """
    state = None
    for event in events:
        if isinstance(event, Released) and event.alias == PRODUCTION:
            state = CandidateState.RELEASED
        elif state != CandidateState.RELEASED:
            state = _BECOMES.get(type(event), state)
    return state


def ends(events: Iterable[ReleaseEvent]) -> dict[int, EndOfOpening]:
    """Opening -> the event that ended it: its result, or that the test had leaked."""
    return {event.opening: event for event in events if isinstance(event, EndOfOpening)}


def alias_versions(events: Iterable[AliasEvent]) -> list[str]:
    """The versions that one alias can go back through, the present one last; none once it was
    cleared.
    """
    stack: list[str] = []
    for event in events:
        if isinstance(event, Released):
            stack.append(event.version)
        elif isinstance(event, RolledBack):
            stack.pop()
        elif isinstance(event, Cleared):
            stack.clear()
    return stack
