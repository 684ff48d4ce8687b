"""The events that gave and took roles and API tokens."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.store.tables import AccessEventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """One event, as stored. ``id`` is 0 until it is.

    What each field says: :class:`core.store.tables.AccessEventRow`.
    """

    kind: str
    at: datetime
    by: str
    name: str
    role: str | None = None
    secret: str | None = None
    expires_at: datetime | None = None
    id: int = 0


def append(session: Session, event: AccessRecord) -> int:
    """Write an event; its id. Decisions go through ``core.access.history``, which chains them."""
    values = {f.name: getattr(event, f.name) for f in fields(event) if f.name != "id"}
    row = AccessEventRow(**values)
    session.add(row)
    session.flush()
    return row.id


def events(session: Session) -> list[AccessRecord]:
    """Every event, in the order in which they happened."""
    rows = session.scalars(select(AccessEventRow).order_by(AccessEventRow.id))
    return [_event(row) for row in rows]


def event(session: Session, number: int) -> AccessRecord | None:
    row = session.get(AccessEventRow, number)
    return None if row is None else _event(row)


def _event(row: AccessEventRow) -> AccessRecord:
    return AccessRecord(**{f.name: getattr(row, f.name) for f in fields(AccessRecord)})
