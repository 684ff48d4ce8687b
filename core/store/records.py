"""Rows of the tables whose every row has its entry in the audit log: appended, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.store.tables import AccessEventRow, RecordRow, ReleaseEventRow
from core.store.tables_audit import PolicyEventRow, SealEventRow

Value = str | int | float | datetime
_TABLES: dict[str, type[RecordRow]] = {
    table.__tablename__: table
    for table in (ReleaseEventRow, AccessEventRow, PolicyEventRow, SealEventRow)
}
_EVERY = ("id", "at", "by", "kind")
_UNREADABLE = (SQLAlchemyError, ValueError, TypeError)
"""What reading raises where someone wrote into the file what no column of its kind can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row. ``id`` is 0 until it is stored; ``details``: its other columns, but empty ones."""

    table: str
    kind: str
    at: datetime
    by: str
    details: Mapping[str, Value]
    id: int = 0

    @property
    def key(self) -> str:
        """What entries of the audit log call it: ``table/id``."""
        return f"{self.table}/{self.id}"


def append(session: Session, record: Record) -> Record:
    """Write a record, see :func:`core.audit.append`, which chains it; with its id."""
    row = _TABLES[record.table](
        kind=record.kind, at=record.at, by=record.by, **dict(record.details)
    )
    session.add(row)
    session.flush()
    return replace(record, id=row.id)


def of_table(session: Session, table: str, **where: Value) -> list[Record]:
    """The records of a table in the order in which they happened.

    Args:
        where: column -> the value that it must have.
    """
    kind = _TABLES[table]
    query = select(kind).filter_by(**where).order_by(kind.id)
    return [_record(row) for row in session.scalars(query)]


def everything(session: Session) -> dict[str, Record | None]:
    """All records of all tables by :attr:`Record.key`; None for one that cannot be read."""
    records: dict[str, Record | None] = {}
    for table in _TABLES:
        records |= _of_table_or_none(session, table)
    return records


def _of_table_or_none(session: Session, table: str) -> dict[str, Record | None]:
    try:
        return {record.key: record for record in of_table(session, table)}
    except _UNREADABLE:
        kind = _TABLES[table]
        numbers = list(session.scalars(select(kind.id).order_by(kind.id)))
        return {f"{table}/{number}": _one_or_none(session, table, number) for number in numbers}


def _one_or_none(session: Session, table: str, number: int) -> Record | None:
    try:
        row = session.get(_TABLES[table], number)
        return None if row is None else _record(row)
    except _UNREADABLE:
        return None


def _record(row: RecordRow) -> Record:
    names = [column.key for column in row.__table__.columns if column.key not in _EVERY]
    values = {name: getattr(row, name) for name in names}
    return Record(
        table=row.__tablename__,
        id=row.id,
        kind=row.kind,
        at=row.at,
        by=row.by,
        details={name: value for name, value in values.items() if value is not None},
    )
