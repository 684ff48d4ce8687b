"""The audit log as people read it: every entry a sentence, told from what was hashed."""

from dataclasses import dataclass
from datetime import datetime

from core.release import chain, events, members
from core.release.chain import Decision
from core.store import Store
from core.store import audit as table
from core.store.access import AccessRecord
from core.store.audit import Entry
from core.store.releases import EventRecord

UNREADABLE = "unreadable"


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


def lines(store: Store) -> list[Line]:
    """The log, the newest entry first. Whether it is whole, :mod:`core.release.audit` says."""
    with store.read() as session:
        entries = table.entries(session)
    return [tell(entry) for entry in reversed(entries)]


def tell(entry: Entry) -> Line:
    """What one entry says. Pure."""
    try:
        decision = chain.read(entry)
        record = _record(decision)
        said = (
            events.sentence(record) if isinstance(record, EventRecord) else members.sentence(record)
        )
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
        at=record.at,
        by=str(record.by),
        kind=str(record.kind),
        candidate=record.candidate if isinstance(record, EventRecord) else None,
        sentence=said,
    )


def _record(decision: Decision) -> EventRecord | AccessRecord:
    """The record that an entry tells of, made from the entry alone."""
    made = EventRecord if decision.record.startswith("release_events/") else AccessRecord
    details = dict(decision.details)
    if "expires_at" in details:
        details["expires_at"] = datetime.fromisoformat(details["expires_at"])
    return made(
        **details,
        kind=decision.kind,
        at=datetime.fromisoformat(decision.at),
        by=decision.by,
    )
