"""What was done to the seal of a test split in the store, as it is stored and chained in the audit
log; ``str`` says it in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from sqlalchemy.orm import Session

from core import audit
from core.audit.events import Event, Events
from core.words import count


@dataclass(frozen=True, slots=True, kw_only=True)
class SealEvent(Event):
    """``snapshot``: its digest. ``posts``: how many of its test split it is about."""

    snapshot: str
    posts: int
    comment: str

    def __str__(self) -> str:
        return self.sentence({})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSealed(SealEvent):
    """The texts of these posts were taken out of the table of posts."""

    kind: ClassVar[str] = "store_sealed"

    def sentence(self, names: Mapping[str, str]) -> str:
        return f"{self.by} sealed {_posts(self, names)} in the store"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReleased(SealEvent):
    """The texts were put back into the table of posts, and ``comment`` says why."""

    kind: ClassVar[str] = "store_released"

    def sentence(self, names: Mapping[str, str]) -> str:
        return f"{self.by} released {_posts(self, names)} in the store: “{self.comment}”"


SEAL_EVENTS = Events("seal_events", (StoreSealed, StoreReleased))
OPEN, SEALED, RELEASED = "open", "sealed", "released"
"""How the posts of a test split stand in the store."""

E = TypeVar("E", bound=SealEvent)


def append(session: Session, event: E) -> E:
    """Write an event and its entry in the caller's write transaction: both or neither."""
    before = _state(SEAL_EVENTS.read(session, snapshot=event.snapshot))
    stored, record = SEAL_EVENTS.append(session, event)
    audit.append(session, record, before=before, after=_state([event]))
    return stored


def state(session: Session, snapshot: str) -> str:
    """:data:`OPEN`, :data:`SEALED` or :data:`RELEASED`, of the snapshot with this digest."""
    return _state(SEAL_EVENTS.read(session, snapshot=snapshot))


def last(session: Session, snapshot: str) -> SealEvent | None:
    """What was done last to the seal of a snapshot (digest); None before the first."""
    return next(reversed(SEAL_EVENTS.read(session, snapshot=snapshot)), None)


def releases(session: Session) -> dict[str, StoreReleased]:
    """Snapshot (digest) -> what released its posts; without those that were not."""
    every = SEAL_EVENTS.read(session)
    return {event.snapshot: event for event in every if isinstance(event, StoreReleased)}


def _state(events: list[E]) -> str:
    if not events:
        return OPEN
    return SEALED if isinstance(events[-1], StoreSealed) else RELEASED


def _posts(event: SealEvent, names: Mapping[str, str]) -> str:
    of = names.get(event.snapshot, event.snapshot[:12])
    return f"{count(event.posts, 'post')} of the test split of {of}"
