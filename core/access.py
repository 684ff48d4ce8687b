"""Who may do what: asked inside the transaction that writes, so that a role which was withdrawn a
moment ago no longer counts.

Roles and tokens are given and taken by events; who holds what now follows from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.errors import RefusedError
from core.identity import Actor, Role, Way, acting
from core.store import access as table
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


def role_of(session: Session, actor: Actor) -> Role:
    """The role that ``actor`` holds now; who was never given one looks only."""
    if actor.way == Way.LOCAL:
        return Role.ADMIN
    if actor.way == Way.NOBODY:
        return Role.VIEWER
    now = standing(table.events(session))
    held = (now.tokens if actor.way == Way.TOKEN else now.people).get(actor.name)
    if held is None or expired(held, datetime.now(UTC)):
        return Role.VIEWER
    return Role.titled(held.role or "")


def authorise(session: Session, needed: Role, *, to: str) -> Actor:
    """Who acts, if they may.

    Args:
        to: what they want to do, as a verb with its object: ``approve a candidate``.

    Raises:
        RefusedError: they may not.
    """
    actor = acting()
    held = role_of(session, actor)
    if held >= needed:
        return actor
    if actor.way == Way.NOBODY:
        raise RefusedError(
            f"Nobody has signed in, so nobody may {to} here",
            "Sign in, or use Signoff on the machine that it runs on.",
        )
    raise RefusedError(
        f"{actor.name} may not {to}: that takes the role {needed.title}, theirs is {held.title}",
        f"An admin gives it: signoff users set {actor.name} {needed.title}."
        if actor.way == Way.SIGNED_IN
        else "An admin makes a token that may: signoff tokens create.",
    )
