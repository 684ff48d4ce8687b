"""What can happen to a release policy: a class for each kind; ``str`` says it in a sentence.

A policy takes effect by :class:`Adopted`. Where two people are asked for, :class:`Asked` comes
before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from core.audit.chain import ADOPTED, POLICIES
from core.audit.events import Event, Events
from core.release.events import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEvent(Event):
    """``text``: the policy, as its file had it. ``digest``: SHA-256 of that."""

    text: str
    digest: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(PolicyEvent):
    """Somebody asked to adopt a policy: it takes effect once somebody else adopts it, too."""

    kind: ClassVar[str] = "asked"

    def __str__(self) -> str:
        asked = f"asked to adopt the release policy {self.digest[:12]}"
        return f"{self.by} {asked}{quoted(self.comment)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(PolicyEvent):
    """From now on, this policy is in force. ``asked_by``: who had asked for it; None where it took
    one person.
    """

    kind: ClassVar[str] = ADOPTED
    asked_by: str | None

    def __str__(self) -> str:
        asked = f", as {self.asked_by} had asked" if self.asked_by else ""
        adopted = f"adopted the release policy {self.digest[:12]}{asked}"
        return f"{self.by} {adopted}{quoted(self.comment)}"


KINDS: tuple[type[PolicyEvent], ...] = (Asked, Adopted)
POLICY_EVENTS = Events(POLICIES, KINDS)


def fulfilled(wish: Asked, asked: Asked | None) -> Adopted:
    """What a wish becomes that takes effect.

    Args:
        asked: who had asked for the same, where it took two people.
    """
    return Adopted(
        at=wish.at,
        by=wish.by,
        text=wish.text,
        digest=wish.digest,
        comment=wish.comment,
        asked_by=asked.by if asked else None,
    )


def adoptions(events: Iterable[PolicyEvent]) -> list[Adopted]:
    """Every policy that was in force, the one that is the last; none before the first."""
    return [event for event in events if isinstance(event, Adopted)]


def request(events: Iterable[PolicyEvent]) -> Asked | None:
    """What was asked for last; None if something was adopted since, or nothing was asked for."""
    last = next(reversed([*events]), None)
    return last if isinstance(last, Asked) else None
