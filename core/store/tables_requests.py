"""The table of trainings that somebody asked for by itself."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.store.types import Base


class RequestRow(Base):
    """Somebody asked for a training. Appended, never changed: triggers refuse UPDATE and DELETE."""

    __tablename__ = "requests"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str | None]
    """Of rows before revision 0008: what they call it; None: as before. Names, notes and tags are
    annotation events since."""
    note: Mapped[str | None]
    """Of the same rows: what is to be known of it; None: as before."""
