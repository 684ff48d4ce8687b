"""Roles, tokens and keys are given and taken by events; who holds what now follows. Pure.

A class for each kind; ``str`` says it in a sentence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent(Event):
    """``name``: of the person, the token or the service."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted(AccessEvent):
    """A person was given a role, in place of the one they may have had."""

    kind: ClassVar[str] = "granted"
    role: str

    def __str__(self) -> str:
        return f"{self.by} granted {self.name} the role {self.role}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(AccessEvent):
    """A person's role was taken."""

    kind: ClassVar[str] = "withdrawn"

    def __str__(self) -> str:
        return f"{self.by} removed the role of {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade(AccessEvent):
    """``secret``: SHA-256 of the token's secret, which is kept nowhere. ``expires_at``: None where
    the token does not end by itself.
    """

    kind: ClassVar[str] = "token_made"
    role: str
    secret: str
    expires_at: datetime | None

    def __str__(self) -> str:
        until = f" until {self.expires_at:%Y-%m-%d %H:%M} UTC" if self.expires_at else ""
        return f"{self.by} created the token {self.name} with the role {self.role}{until}"

    def expired(self, at: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.expires_at is not None and self.expires_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(AccessEvent):
    kind: ClassVar[str] = "token_revoked"

    def __str__(self) -> str:
        return f"{self.by} revoked the token {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRegistered(AccessEvent):
    """``public_key``: Ed25519, in hexadecimal. ``service``: it signs what a server writes, in the
    names of the people whom the server has identified.
    """

    kind: ClassVar[str] = "key_registered"
    public_key: str
    service: bool

    def __str__(self) -> str:
        owner = f"the service {self.name}" if self.service else self.name
        return f"{self.by} registered the key {self.public_key[:12]} of {owner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(AccessEvent):
    kind: ClassVar[str] = "key_revoked"
    public_key: str

    def __str__(self) -> str:
        return f"{self.by} revoked the key {self.public_key[:12]} of {self.name}"


KINDS: tuple[type[AccessEvent], ...] = (
    Granted,
    Withdrawn,
    TokenMade,
    TokenRevoked,
    KeyRegistered,
    KeyRevoked,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrants:
    """Who holds which role, as the event that gave it."""

    people: Mapping[str, Granted]
    """By name, in lower case."""
    tokens: Mapping[str, TokenMade]
    """Tokens that were not revoked, by name in lower case; some may have expired."""
    keys: Mapping[str, KeyRegistered]
    """Keys that were not revoked, by the public key."""

    def person(self, name: str) -> Granted | None:
        """What gave a person their role; None: they have none."""
        return self.people.get(_known_as(name))

    def token(self, name: str) -> TokenMade | None:
        """What made a token; None: there is none of that name, or it was revoked."""
        return self.tokens.get(_known_as(name))


def role_grants(events: Iterable[AccessEvent]) -> RoleGrants:
    """What the events, in order, lead to."""
    people: dict[str, Granted] = {}
    tokens: dict[str, TokenMade] = {}
    keys: dict[str, KeyRegistered] = {}
    for event in events:
        if isinstance(event, Granted):
            people[_known_as(event.name)] = event
        elif isinstance(event, TokenMade):
            tokens[_known_as(event.name)] = event
        elif isinstance(event, Withdrawn):
            people.pop(_known_as(event.name), None)
        elif isinstance(event, TokenRevoked):
            tokens.pop(_known_as(event.name), None)
        elif isinstance(event, KeyRegistered):
            keys[event.public_key] = event
        elif isinstance(event, KeyRevoked):
            keys.pop(event.public_key, None)
    return RoleGrants(people=people, tokens=tokens, keys=keys)


def role_after(events: Iterable[AccessEvent], event: AccessEvent) -> str | None:
    """The role that the person or token of ``event`` holds after ``events``; None: none."""
    grants = role_grants(events)
    of_token = isinstance(event, TokenMade | TokenRevoked)
    held = grants.token(event.name) if of_token else grants.person(event.name)
    return held.role if held else None


def _known_as(name: str) -> str:
    """Rights go by a name in any case; a name that only resembles it is another's."""
    return name.lower()
