"""Servers that answer callers, and how often they did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.store.tables_serving import ServerRow, ServingCountRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What each field says: :class:`core.store.tables_serving.ServerRow`."""

    id: str
    host: str
    pid: int
    address: str
    started_at: datetime
    seen_at: datetime
    serving: Mapping[str, str]
    alarm: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests a version was given, and how many of those it could not answer."""

    requests: int = 0
    errors: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.requests + other.requests, self.errors + other.errors)


def put_server(session: Session, server: Server) -> None:
    """A sign of life, in place of the one before."""
    session.merge(ServerRow(**asdict(server)))


def remove_servers(session: Session, *, id: str = "", before: datetime | None = None) -> None:  # noqa: A002
    """Forget a server, and those that were last seen ``before`` that moment."""
    gone = ServerRow.id == id
    if before is not None:
        gone |= ServerRow.seen_at < before
    session.execute(delete(ServerRow).where(gone))


def servers(session: Session, *, since: datetime) -> list[Server]:
    """Those that were seen since then, the first that was started first."""
    query = select(ServerRow).where(ServerRow.seen_at >= since)
    return [_server(row) for row in session.scalars(query.order_by(ServerRow.started_at))]


def add_counts(session: Session, server: str, counts: Mapping[tuple[str, datetime], Count]) -> None:
    """Add what a server counted, by version and minute, to what it told before."""
    rows = [
        {
            "version": version,
            "minute": minute,
            "server": server,
            "requests": count.requests,
            "errors": count.errors,
        }
        for (version, minute), count in counts.items()
    ]
    if rows:
        added = insert(ServingCountRow)
        both: dict[str, Any] = {
            name: getattr(ServingCountRow, name) + getattr(added.excluded, name)
            for name in ("requests", "errors")
        }
        session.execute(
            added.on_conflict_do_update(index_elements=["version", "minute", "server"], set_=both),
            rows,
        )


def counts(session: Session, *, since: datetime) -> dict[str, Count]:
    """Version -> what all servers counted of it in the minutes from ``since`` on."""
    query = (
        select(
            ServingCountRow.version,
            func.sum(ServingCountRow.requests),
            func.sum(ServingCountRow.errors),
        )
        .where(ServingCountRow.minute >= since)
        .group_by(ServingCountRow.version)
    )
    return {row[0]: Count(row[1], row[2]) for row in session.execute(query)}


def _server(row: ServerRow) -> Server:
    return Server(**{name: getattr(row, name) for name in Server.__slots__})
