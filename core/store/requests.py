"""Trainings that somebody asked for by itself after another execution had made them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.store.tables_requests import RequestRow


def add(session: Session, execution: int, *, at: datetime, by: str) -> None:
    """Note that somebody asked for the training ``execution``."""
    session.add(RequestRow(execution=execution, at=at, by=by))
    session.flush()


def requested(session: Session) -> frozenset[int]:
    """The executions that somebody asked for by itself after another one had made them."""
    return frozenset(session.scalars(select(RequestRow.execution).distinct()))


def called(session: Session) -> list[tuple[int, str | None, str | None]]:
    """Execution, name and note as they were given before annotations had a table of their own,
    oldest first; None: as before.
    """
    query = select(RequestRow.execution, RequestRow.name, RequestRow.note)
    return [(row[0], row[1], row[2]) for row in session.execute(query.order_by(RequestRow.id))]
