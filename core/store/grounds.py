"""The rows that decisions rest on: what was trained, on what, and how it was judged.

They never change once they are written, except that erasing and a new key change the files of a
snapshot. Their digests go into the entries of the audit log, so that any other change is found.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.store.records import Record
from core.store.tables import ComparisonRow, EvaluationRow, ModelRow, SnapshotRow
from core.store.types import Base

_GROUNDS: dict[str, type[Base]] = {
    row.__tablename__: row for row in (SnapshotRow, ModelRow, EvaluationRow, ComparisonRow)
}
_CHANGING = {"snapshots": {"name", "train", "valid", "sealed_test", "erased", "erased_until"}}
"""Columns that may change: each file is checked against the snapshot's digest when it is read."""
_UNREADABLE = (SQLAlchemyError, ValueError, TypeError, OverflowError)
"""What reading raises where someone wrote into the file what no column of its kind can hold."""


def of_record(session: Session, record: Record) -> dict[str, str]:
    """What a record rests on, directly or through other rows: ``table/key`` -> SHA-256."""
    found: dict[str, str] = {}
    to_do = _cited(Base.metadata.tables[record.table], record.details)
    while to_do:
        table, key = to_do.pop()
        name = f"{table}/{key}"
        row = None if name in found else session.get(_GROUNDS[table], key)
        if row is not None:
            values = _values(row)
            found[name] = _digest(table, values)
            to_do += _cited(Base.metadata.tables[table], values)
    return found


def digests(session: Session, names: Iterable[str]) -> dict[str, str | None]:
    """What these rows are now, by ``table/key``; None for one that is missing or unreadable."""
    return {name: _now(session, name) for name in names}


def _now(session: Session, name: str) -> str | None:
    table, _, key = name.partition("/")
    if table not in _GROUNDS:
        return None
    try:
        row = session.get(_GROUNDS[table], key if table == "snapshots" else int(key))
        return None if row is None else _digest(table, _values(row))
    except _UNREADABLE:
        return None


def _values(row: Base) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _cited(table: Table, values: Mapping[str, object]) -> list[tuple[str, object]]:
    """The grounds that a row names by its foreign keys."""
    return [
        (key.column.table.name, values[column.key])
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in _GROUNDS and values.get(column.key) is not None
    ]


def _digest(table: str, values: Mapping[str, object]) -> str:
    kept = {name: value for name, value in values.items() if name not in _CHANGING.get(table, ())}
    said = {name: _moment(value) for name, value in kept.items()}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _moment(value: object) -> object:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
