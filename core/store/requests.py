"""Trainings that somebody asked for by itself, and what they call them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.store.tables_requests import RequestRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asked for the training ``execution``; ``name`` and ``note`` None: as before."""

    execution: int
    at: datetime
    by: str
    name: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What people call a training now; empty: nothing."""

    name: str = ""
    note: str = ""


def add(session: Session, request: Request) -> None:
    session.add(
        RequestRow(
            execution=request.execution,
            at=request.at,
            by=request.by,
            name=request.name,
            note=request.note,
        )
    )
    session.flush()


def requested(session: Session) -> frozenset[int]:
    """The executions that somebody asked for by itself after another one had made them, or gave
    a name.
    """
    return frozenset(session.scalars(select(RequestRow.execution).distinct()))


def called(session: Session) -> dict[int, Called]:
    """Execution -> its name and note, of those that were ever given one."""
    found: dict[int, Called] = {}
    for row in session.scalars(select(RequestRow).order_by(RequestRow.id)):
        before = found.get(row.execution, Called())
        found[row.execution] = Called(
            name=before.name if row.name is None else row.name,
            note=before.note if row.note is None else row.note,
        )
    return found
