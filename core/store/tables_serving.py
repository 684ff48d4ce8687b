"""The tables of the servers that answer callers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.store.tables import VersionRow
from core.store.types import Base, Json


class ServerRow(Base):
    """One running ``signoff serve``, as it last said."""

    __tablename__ = "servers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Also its token, by which :mod:`core.store.presence` tells whether it still runs."""
    host: Mapped[str]
    pid: Mapped[int]
    address: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it last reported."""
    serving: Mapped[Json]
    """Alias -> version whose model it has loaded and answers with."""
    alarms: Mapped[list[Any]]
    """Why it does not serve what aliases name: ``{"title": …, "hint": …}`` each; mostly none."""


class ServingCountRow(Base):
    """What one server answered with one version within one minute."""

    __tablename__ = "serving_counts"

    version: Mapped[str] = mapped_column(ForeignKey(VersionRow.version), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    """Its first moment."""
    server: Mapped[str] = mapped_column(String(32), primary_key=True)
    requests: Mapped[int]
    errors: Mapped[int]
    """Of the requests."""
