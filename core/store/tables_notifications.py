"""The tables of what is told to people elsewhere: alarms of drift, and messages on their way."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.store.types import Base, Digest, Json


class DriftAlarmRow(Base):
    """A limit of the policy that a version was found to exceed, until it was found to keep it."""

    __tablename__ = "drift_alarms"
    __table_args__ = (
        Index(
            "uq_drift_alarms_going_on",
            *("model", "on", "window", "limit"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[Digest]
    version: Mapped[str]
    on: Mapped[str] = mapped_column(String(16))
    """``posts`` or ``submissions``."""
    window: Mapped[str] = mapped_column(String(8))
    limit: Mapped[str]
    at: Mapped[datetime]
    sentence: Mapped[str]
    """How far it was exceeded when it was found to be."""
    ended_at: Mapped[datetime | None]


class NotificationAddressRow(Base):
    """An address that is configured, or was; and how far it has been told."""

    __tablename__ = "notification_addresses"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    """When Signoff first saw it: nothing is told of what was before."""
    decisions: Mapped[int]
    """Entries of the audit log up to this number have been queued, as far as it wants them."""
    alarms: Mapped[int]
    """The same of ``drift_alarms``."""


class NotificationRow(Base):
    """A message for one address about one event, on its way or arrived."""

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'sent', 'given up')", name="status"),
        UniqueConstraint("address", "event"),
        Index("ix_notifications_status", "status", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    event: Mapped[str] = mapped_column(String(32))
    """``audit/17`` or ``alarm/3``."""
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """The same with every try, so that a receiver can tell that it has the message already."""
    kinds: Mapped[list[Any]]
    """What happened, the first names the message: values of ``core.notifications.kinds.Kind``."""
    at: Mapped[datetime]
    title: Mapped[str]
    text: Mapped[str]
    about: Mapped[Json]
    """Candidate, version and alias, where it is about one."""
    status: Mapped[str] = mapped_column(String(16))
    queued_at: Mapped[datetime]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    """Not tried before this."""
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """Why the last try failed, without a full stop."""
