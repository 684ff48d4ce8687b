"""The audit log as stored: one entry a decision, each with the hash of the one before."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import LargeBinary, Row, cast, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.store import access, releases
from core.store.access import AccessRecord
from core.store.releases import EventRecord
from core.store.tables import AccessEventRow, AuditRow, ComparisonRow, ReleaseEventRow

Record = EventRecord | AccessRecord
"""A decision as it is stored: every kind of them has ``id``, ``at``, ``by`` and ``kind``."""

_UNREADABLE = (SQLAlchemyError, ValueError, TypeError)
"""What reading raises where someone wrote into the file what no column of its kind can hold."""


_ENTRIES = select(
    AuditRow.number,
    cast(AuditRow.content, LargeBinary),
    cast(AuditRow.previous, LargeBinary),
    cast(AuditRow.digest, LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain."""

    number: int
    content: str
    """Canonical JSON: the very text that was hashed."""
    previous: str
    digest: str


def append(session: Session, entry: Entry) -> None:
    session.add(AuditRow(**asdict(entry)))
    session.flush()


def last(session: Session) -> Entry | None:
    """The head of the chain; None before the first decision."""
    row = session.execute(_ENTRIES.order_by(AuditRow.number.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def entries(session: Session) -> list[Entry]:
    """The whole chain by number. Whatever bytes the file holds come back, also invalid ones."""
    return [_entry(row) for row in session.execute(_ENTRIES.order_by(AuditRow.number))]


def key_of(record: Record) -> str:
    """What entries call a record: ``table/id``."""
    table = ReleaseEventRow if isinstance(record, EventRecord) else AccessEventRow
    return f"{table.__tablename__}/{record.id}"


def records(session: Session) -> dict[str, Record | None]:
    """Every decision by :func:`key_of`; None for one that can no longer be read."""
    return {
        **_records(session, ReleaseEventRow, releases.events, releases.event),
        **_records(session, AccessEventRow, access.events, access.event),
    }


def evidence(session: Session) -> dict[int, str]:
    """Comparison -> digest of its summary, for those that release events cite."""
    query = select(ComparisonRow.execution, cast(ComparisonRow.summary, LargeBinary)).where(
        ComparisonRow.execution.in_(select(ReleaseEventRow.comparison))
    )
    return {execution: _text(summary) for execution, summary in session.execute(query)}


def _entry(row: Row[int, bytes, bytes, bytes]) -> Entry:
    number, content, previous, digest = row
    return Entry(number, _text(content), _text(previous), _text(digest))


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")  # the way back gives the same bytes


def _records(
    session: Session,
    table: type[ReleaseEventRow | AccessEventRow],
    every: Callable[[Session], Iterable[Record]],
    one: Callable[[Session, int], Record | None],
) -> dict[str, Record | None]:
    try:
        return {key_of(record): record for record in every(session)}
    except _UNREADABLE:
        ids = list(session.scalars(select(table.id).order_by(table.id)))
        return {f"{table.__tablename__}/{n}": _readable(session, n, one) for n in ids}


def _readable(
    session: Session, number: int, one: Callable[[Session, int], Record | None]
) -> Record | None:
    try:
        return one(session, number)
    except _UNREADABLE:
        return None
