"""The audit log as people read it: every entry a sentence, made from what was hashed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.audit import chain
from core.audit.chain import Decision
from core.store import Store
from core.store import audit as table
from core.store.audit import Entry

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one decision means. ``candidate``: None where it is about none."""

    sentence: str
    candidate: int | None = None


Readers = Mapping[str, Callable[[Decision], Reading]]
"""Table of a record -> how its decisions read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry. ``at``, ``by`` and ``candidate`` are None where the entry does not say them.

    ``kind``: of the decision, :data:`UNREADABLE` where someone wrote over it.
    """

    number: int
    at: datetime | None
    by: str | None
    kind: str
    candidate: int | None
    sentence: str


def lines(store: Store, readers: Readers) -> list[Line]:
    """The log, the newest entry first. Whether it is whole, :func:`core.audit.verify` says."""
    with store.read() as session:
        entries = table.entries(session)
    return [line_of(entry, readers) for entry in reversed(entries)]


def line_of(entry: Entry, readers: Readers) -> Line:
    """What one entry says. Pure."""
    try:
        decision = chain.read(entry)
        reading = readers[decision.record.partition("/")[0]](decision)
        at = datetime.fromisoformat(decision.at)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Line(
            number=entry.number,
            at=None,
            by=None,
            kind=UNREADABLE,
            candidate=None,
            sentence="This entry cannot be read: it is not what was written.",
        )
    return Line(
        number=entry.number,
        at=at,
        by=str(decision.by),
        kind=str(decision.kind),
        candidate=reading.candidate,
        sentence=reading.sentence,
    )
