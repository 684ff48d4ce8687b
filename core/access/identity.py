"""Who acts, and what roles there are.

The command line is used by the local operator, who has the files and may do everything. A page or
a route says who its visitor is with :func:`acting_as`; what that person may do is asked of
:mod:`core.access.authorisation` at the moment of writing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from core.access import names
from core.errors import InputError
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

    @classmethod
    def titled(cls, title: str) -> "Role":
        """The role of that title.

        Raises:
            InputError: there is none.
        """
        for role in cls:
            if role.title == title:
                return role
        titles = ", ".join(role.title for role in cls)
        raise InputError(f"{title!r} is not a role", f"Choose one of {titles}.")


class Way(StrEnum):
    """How someone came to be who they say they are."""

    LOCAL = "local"
    """Uses this machine: the command line, or a dashboard that only this machine can reach."""
    SIGNED_IN = "signed-in"
    """By OIDC, or by the header of a trusted proxy."""
    TOKEN = "token"  # noqa: S105 - not a password
    """By an API token; the name is the token's, which no person may have."""
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
    """The operating-system user, by login name or ``SIGNOFF_USER``.

    Raises:
        InputError: that cannot be a name.
    """
    return Actor(names.operator(settings().operator), Way.LOCAL)


_entrance: Callable[[], Actor] = local_operator


def entrance(who: Callable[[], Actor]) -> None:
    """From now on ``who`` is asked, in this process, where :func:`acting_as` names nobody.

    For a server whose framework runs code at many places: who is not named there must not be taken
    for the local operator.
    """
    global _entrance  # noqa: PLW0603 - a process has one entrance
    _entrance = who


def current_actor() -> Actor:
    """Who acts in this thread or task: whom :func:`acting_as` or the entrance names.

    A process without an entrance of its own is the local operator's.
    """
    return _acting.get() or _entrance()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything inside is done by ``actor``."""
    token = _acting.set(actor)
    try:
        yield actor
    finally:
        _acting.reset(token)
