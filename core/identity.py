"""Who acts, and what roles there are.

The command line is used by the local operator, who has the files and may do everything. A page or
a route says who its visitor is with :func:`acting_as`; what that person may do is asked of
:mod:`core.access` at the moment of writing.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from core.settings import settings


class Role(IntEnum):
    """What a person may do; each may also do what those before it may."""

    VIEWER = 0
    """Look."""
    REVIEWER = 1
    """Compare, propose, comment, open the sealed test, approve, reject."""
    RELEASER = 2
    """Move aliases, set canaries, roll back."""
    ADMIN = 3
    """Grant roles, make tokens, change keys."""

    @property
    def title(self) -> str:
        return self.name.lower()


class Way(StrEnum):
    """How someone came to be who they say they are."""

    LOCAL = "local"
    """Uses this machine: the command line, or a dashboard that only this machine can reach."""
    SIGNED_IN = "signed-in"
    """By OIDC, or by the header of a trusted proxy."""
    TOKEN = "token"  # noqa: S105 - not a password
    """By an API token; the name is the token's."""
    NOBODY = "nobody"
    """Did not say, and others than this machine can ask."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. ``name`` is what history writes: a login name or an email address."""

    name: str
    way: Way


NOBODY = Actor("nobody", Way.NOBODY)
_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def local_operator() -> Actor:
    """Whoever uses this machine, by login name or ``SIGNOFF_USER``."""
    return Actor(settings().operator, Way.LOCAL)


def acting() -> Actor:
    """Who acts in this thread or task; the local operator where nobody else was named."""
    return _acting.get() or local_operator()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything inside is done by ``actor``."""
    token = _acting.set(actor)
    try:
        yield actor
    finally:
        _acting.reset(token)


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach ``address``; None stands for every address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
