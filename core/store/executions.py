"""Executions: begun, finished, found again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.store.requests import requested
from core.store.tables import ExecutionRow
from core.store.types import Json

RUNNING, SUCCEEDED, FAILED, INTERRUPTED = "running", "succeeded", "failed", "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One recorded run.

    ``inputs`` and ``outputs`` name what was read and made (``{"model": digest, …}``);
    ``metrics`` are numbers and small counts; ``seconds`` is None while it runs. ``purpose``: what
    it was run for, see :mod:`core.executions.purpose`; None where somebody asked for it by itself,
    be it later.
    """

    number: int
    kind: str
    status: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    command: str
    params: Json
    inputs: Json
    outputs: Json
    metrics: Json
    code: Json
    environment: Json
    process: Json = field(repr=False)
    cache_key: str | None = field(repr=False)
    error: str | None
    log: str | None
    peak_memory_mib: float | None
    purpose: str | None

    @property
    def seconds(self) -> float | None:
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


def begin(session: Session, values: dict[str, Any]) -> int:
    """Write a running execution; its number."""
    row = ExecutionRow(**values, status=RUNNING, outputs={}, metrics={})
    session.add(row)
    session.flush()
    return row.number


def finish(session: Session, number: int, *, status: str, values: dict[str, Any]) -> bool:
    """End a running execution; False if it had ended already (nothing is changed then)."""
    result = session.execute(
        update(ExecutionRow)
        .where(ExecutionRow.number == number, ExecutionRow.status == RUNNING)
        .values(status=status, **values)
        .returning(ExecutionRow.number)
    )
    return result.first() is not None


def get(session: Session, number: int) -> Execution | None:
    row = session.get(ExecutionRow, number)
    return None if row is None else _frozen(row, requested(session))


def succeeded_with_key(session: Session, cache_key: str) -> Execution | None:
    """The newest successful execution of the same code, parameters and inputs."""
    query = (
        select(ExecutionRow)
        .where(ExecutionRow.cache_key == cache_key, ExecutionRow.status == SUCCEEDED)
        .order_by(ExecutionRow.number.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else _frozen(row, requested(session))


def listing(
    session: Session,
    *,
    kinds: Sequence[str] = (),
    statuses: Sequence[str] = (),
    limit: int | None = None,
) -> list[Execution]:
    """Executions, newest first; all kinds and statuses where none are given."""
    query = select(ExecutionRow).order_by(ExecutionRow.number.desc()).limit(limit)
    if kinds:
        query = query.where(ExecutionRow.kind.in_(kinds))
    if statuses:
        query = query.where(ExecutionRow.status.in_(statuses))
    asked = requested(session)
    return [_frozen(row, asked) for row in session.scalars(query)]


def _frozen(row: ExecutionRow, asked: frozenset[int]) -> Execution:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Execution(**values | ({"purpose": None} if row.number in asked else {}))


_COLUMNS = [column.name for column in ExecutionRow.__table__.columns]
