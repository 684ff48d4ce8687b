"""Roles and tokens are given and taken by events; who holds what now follows from them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.store.access import AccessRecord


class Kind(StrEnum):
    """What can happen."""

    GRANTED = "granted"
    """A person was given a role, in place of the one they may have had."""
    WITHDRAWN = "withdrawn"
    TOKEN_MADE = "token_made"  # noqa: S105 - not a password
    TOKEN_REVOKED = "token_revoked"  # noqa: S105


_OF_PEOPLE = (Kind.GRANTED, Kind.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who holds what, as the event that gave it."""

    people: Mapping[str, AccessRecord]
    tokens: Mapping[str, AccessRecord]
    """Those that were not revoked; some may have expired."""


def standing(events: Iterable[AccessRecord]) -> Standing:
    """What the events, in order, lead to. Pure."""
    people: dict[str, AccessRecord] = {}
    tokens: dict[str, AccessRecord] = {}
    for event in events:
        held = people if event.kind in _OF_PEOPLE else tokens
        if event.role is None:
            held.pop(event.name, None)
        else:
            held[event.name] = event
    return Standing(people=people, tokens=tokens)


def role_after(events: Iterable[AccessRecord], event: AccessRecord) -> str | None:
    """The role that the person or token of ``event`` holds after ``events``; None: none. Pure."""
    now = standing(events)
    held = (now.people if event.kind in _OF_PEOPLE else now.tokens).get(event.name)
    return held.role if held else None


def expired(token: AccessRecord, at: datetime) -> bool:
    """Whether a token has ended by itself. Pure."""
    return token.expires_at is not None and token.expires_at <= at


def sentence(event: AccessRecord) -> str:
    """What happened, as command line, page and log all say it."""
    until = f" until {event.expires_at:%Y-%m-%d %H:%M} UTC" if event.expires_at else ""
    happened = {
        Kind.GRANTED: f"gave {event.name} the role {event.role}",
        Kind.WITHDRAWN: f"took the role of {event.name}",
        Kind.TOKEN_MADE: f"made the token {event.name}, {event.role}{until}",
        Kind.TOKEN_REVOKED: f"revoked the token {event.name}",
    }[Kind(event.kind)]
    return f"{event.by} {happened}"
