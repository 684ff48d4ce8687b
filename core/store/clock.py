"""What the clock showed last."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.store.tables import AccessEventRow, ExecutionRow, ReleaseEventRow


def latest(session: Session) -> datetime | None:
    """When the last run began, or the last decision was recorded; None: there is neither."""
    columns = (ExecutionRow.started_at, ReleaseEventRow.at, AccessEventRow.at)
    moments = [session.scalar(select(func.max(column))) for column in columns]
    return max((moment for moment in moments if moment is not None), default=None)
