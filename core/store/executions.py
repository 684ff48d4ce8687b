"""Executions: begun, finished, found again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from core.store.requests import requested
from core.store.tables import ExecutionRow
from core.store.tables_requests import RequestRow
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


class Link(NamedTuple):
    """What tells which executions belong together. ``purpose``: as of an :class:`Execution`."""

    number: int
    kind: str
    purpose: str | None
    inputs: Json
    outputs: Json


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


def kinds(session: Session) -> list[str]:
    """Every kind that was ever run, by name."""
    return list(session.scalars(select(ExecutionRow.kind).distinct().order_by(ExecutionRow.kind)))


def links(session: Session, *, kinds: Sequence[str] = ()) -> list[Link]:
    """Of all executions, newest first; of those of these kinds and those that were run for another
    one, where kinds are given.
    """
    columns = (ExecutionRow.number, ExecutionRow.kind, ExecutionRow.purpose)
    query = select(*columns, ExecutionRow.inputs, ExecutionRow.outputs)
    if kinds:
        query = query.where(or_(_HAS_PURPOSE, ExecutionRow.kind.in_(kinds)))
    asked = requested(session)
    return [
        Link(number, kind, None if number in asked else purpose, inputs, outputs)
        for number, kind, purpose, inputs, outputs in session.execute(
            query.order_by(ExecutionRow.number.desc())
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which executions a list shows; what is left empty leaves out none.

    ``hidden``: what they were run for, of those that it leaves out, but for ``numbers_shown``.
    ``text``: in number, command or person, in any case, or the number is in ``numbers_found``.
    ``ended``: running ones whose process is gone: they count as interrupted.
    """

    kinds: Sequence[str] = ()
    status: str | None = None
    ended: Sequence[int] = ()
    hidden: Sequence[str] = ()
    numbers_shown: Sequence[int] = ()
    text: str = ""
    numbers_found: Sequence[int] = ()


def page(session: Session, wanted: Wanted, *, start: int, most: int) -> tuple[int, list[Execution]]:
    """How many there are, and the ``most`` after the first ``start``, newest first."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(ExecutionRow).where(*conditions))
    query = select(ExecutionRow).where(*conditions).order_by(ExecutionRow.number.desc())
    asked = requested(session)
    rows = session.scalars(query.offset(start).limit(most))
    return total or 0, [_frozen(row, asked) for row in rows]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    number, status = ExecutionRow.number, ExecutionRow.status
    found = list[ColumnElement[bool]]()
    if wanted.kinds:
        found.append(ExecutionRow.kind.in_(wanted.kinds))
    if wanted.status == INTERRUPTED:
        found.append(or_(status == INTERRUPTED, number.in_(wanted.ended)))
    elif wanted.status:
        found += [status == wanted.status, number.not_in(wanted.ended)]
    if wanted.hidden:
        hidden = and_(_HAS_PURPOSE, ExecutionRow.purpose.in_(wanted.hidden))
        found.append(or_(not_(hidden), number.in_(wanted.numbers_shown)))
    if wanted.text:
        said = literal("#").concat(cast(number, String)).concat(" ")
        said = said.concat(ExecutionRow.command).concat(" ").concat(ExecutionRow.by)
        within = func.lower(said).contains(wanted.text.lower(), autoescape=True)
        found.append(or_(within, number.in_(wanted.numbers_found)))
    return found


def _frozen(row: ExecutionRow, asked: frozenset[int]) -> Execution:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Execution(**values | ({"purpose": None} if row.number in asked else {}))


_HAS_PURPOSE = and_(
    ExecutionRow.purpose.is_not(None),
    ExecutionRow.number.not_in(select(RequestRow.execution)),
)
"""Run for another one, and nobody has asked for it by itself since."""
_COLUMNS = [column.name for column in ExecutionRow.__table__.columns]
