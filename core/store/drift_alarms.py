"""Limits of drift that versions were found to exceed, see :class:`.DriftAlarmRow`."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.store.tables_notifications import DriftAlarmRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAlarm:
    """``id`` is 0 until it is stored. ``ended_at``: None as long as it goes on."""

    model: str
    version: str
    on: str
    window: str
    limit: str
    at: datetime
    sentence: str
    ended_at: datetime | None = None
    id: int = 0


def going_on(session: Session, model: str) -> list[DriftAlarm]:
    """The alarms of a model that have not ended."""
    query = select(DriftAlarmRow).where(
        DriftAlarmRow.model == model, DriftAlarmRow.ended_at.is_(None)
    )
    return [_frozen(row) for row in session.scalars(query.order_by(DriftAlarmRow.id))]


def after(session: Session, number: int) -> list[DriftAlarm]:
    """The alarms whose ids are above that number, in order."""
    query = select(DriftAlarmRow).where(DriftAlarmRow.id > number).order_by(DriftAlarmRow.id)
    return [_frozen(row) for row in session.scalars(query)]


def newest(session: Session) -> int:
    """The id of the last one; 0 before the first."""
    return session.scalar(select(func.max(DriftAlarmRow.id))) or 0


def begin(session: Session, alarm: DriftAlarm) -> DriftAlarm:
    """Store a new one; with its id."""
    values = {name: getattr(alarm, name) for name in _COLUMNS if name != "id"}
    row = DriftAlarmRow(**values)
    session.add(row)
    session.flush()
    return replace(alarm, id=row.id)


def end(session: Session, alarm: DriftAlarm, at: datetime) -> None:
    session.execute(update(DriftAlarmRow).where(DriftAlarmRow.id == alarm.id).values(ended_at=at))


def _frozen(row: DriftAlarmRow) -> DriftAlarm:
    return DriftAlarm(**{name: getattr(row, name) for name in _COLUMNS})


_COLUMNS = [column.name for column in DriftAlarmRow.__table__.columns]
