"""The table of the long work that pages ask for."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.store.types import Base, Digest, Json

_UNDER_WAY = text("status in ('waiting', 'running')")


class JobRow(Base):
    """One piece of long work that a page asked for. The one with the smallest number goes first."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "status in ('waiting', 'running', 'succeeded', 'failed', 'interrupted', 'cancelled')",
            name="status",
        ),
        Index("uq_jobs_key", "key", unique=True, sqlite_where=_UNDER_WAY),
        Index("ix_jobs_status", "status"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[Digest]
    """Of the kind and what is asked. Of those that wait or run, one has it: asking twice is asking
    once."""
    inputs: Mapped[Json]
    page: Mapped[str]
    """The title of the page that asked."""
    by: Mapped[str]
    """Who asked; their role is looked at again whenever the work writes."""
    way: Mapped[str] = mapped_column(String(16))
    """How they came to be who they say they are: a value of :class:`core.access.identity.Way`."""
    joined: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Others who asked for the same while it waited or ran, in order: ``by``, ``way`` and ``page``
    of each. Where the one before them cannot have it done any more, it is done in their name."""
    status: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    process: Mapped[Json | None]
    """That does it: host, process id and token, see :mod:`core.store.presence`."""
    error: Mapped[str | None]
    """Why it did not succeed, without a full stop."""
    hint: Mapped[str | None]
    cancelled_by: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    """When somebody asked for its end; it may have ended on its own before it heard of that."""
