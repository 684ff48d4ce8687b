"""Decisions are events. What a candidate or an alias is now follows from them. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from core.store.releases import EventRecord


class Kind(StrEnum):
    """What can happen."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    """An alias was moved to a version."""
    ROLLED_BACK = "rolled_back"
    """An alias went back to the version before."""


class State(StrEnum):
    """What a candidate is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"


_BECOMES = {
    Kind.PROPOSED: State.PROPOSED,
    Kind.APPROVED: State.APPROVED,
    Kind.REJECTED: State.REJECTED,
    Kind.RELEASED: State.RELEASED,
}


def candidate_state(events: Iterable[EventRecord]) -> State | None:
    """The state that one candidate's events, in order, lead to; None before the first.

    Once released, a candidate stays so: a rollback is something that happens to the alias.
    """
    state = None
    for event in events:
        state = _BECOMES.get(Kind(event.kind), state)
    return state


def alias_versions(events: Iterable[EventRecord]) -> list[str]:
    """The versions that one alias can go back through, the present one last."""
    stack: list[str] = []
    for event in events:
        if event.kind == Kind.RELEASED and event.version:
            stack.append(event.version)
        elif event.kind == Kind.ROLLED_BACK:
            stack.pop()
    return stack


def sentence(event: EventRecord) -> str:
    """What happened, as command line, page and log all say it."""
    was = f" (was {event.before})" if event.before else ""
    happened = {
        Kind.PROPOSED: f"proposed candidate #{event.candidate}",
        Kind.APPROVED: f"approved candidate #{event.candidate} as {event.version}",
        Kind.REJECTED: f"rejected candidate #{event.candidate}",
        Kind.RELEASED: f"released {event.version} to {event.alias}{was}",
        Kind.ROLLED_BACK: f"rolled {event.alias} back to {event.version}{was}",
    }[Kind(event.kind)]
    comment = f": “{event.comment}”" if event.comment else ""
    return f"{event.by} {happened}{comment}"
