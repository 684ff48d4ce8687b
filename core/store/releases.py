"""Versions, aliases and the events that tell what became of every candidate."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.store.tables import AliasRow, ReleaseEventRow, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One decision, as stored. ``id`` is 0 until it is.

    What each field says: :class:`core.store.tables.ReleaseEventRow`.
    """

    kind: str
    at: datetime
    by: str
    candidate: int
    version: str | None = None
    alias: str | None = None
    before: str | None = None
    comment: str = ""
    comparison: int | None = None
    evaluation: int | None = None
    snapshot: str | None = None
    baseline: int | None = None
    opening: int | None = None
    verdict: str | None = None
    shown: str | None = None
    override: str | None = None
    share: float | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A released model. ``candidate`` is its training execution."""

    version: str
    candidate: int
    created_at: datetime


def append(session: Session, event: EventRecord) -> int:
    """Write an event; its id. Decisions go through ``core.release.history``, which chains them."""
    values = {f.name: getattr(event, f.name) for f in fields(event) if f.name != "id"}
    row = ReleaseEventRow(**values)
    session.add(row)
    session.flush()
    return row.id


def events(
    session: Session, *, candidate: int | None = None, alias: str | None = None
) -> list[EventRecord]:
    """Events in the order in which they happened."""
    query = select(ReleaseEventRow).order_by(ReleaseEventRow.id)
    if candidate is not None:
        query = query.where(ReleaseEventRow.candidate == candidate)
    if alias is not None:
        query = query.where(ReleaseEventRow.alias == alias)
    return [_event(row) for row in session.scalars(query)]


def event(session: Session, number: int) -> EventRecord | None:
    row = session.get(ReleaseEventRow, number)
    return None if row is None else _event(row)


def next_version(session: Session, *, at: datetime, candidate: int) -> str:
    """Hand out the day's next version, inside the caller's write transaction."""
    day = at.strftime("%Y%m%d")
    last = session.scalar(select(func.max(VersionRow.n)).where(VersionRow.day == day))
    n = (last or 0) + 1
    version = f"{day}.{n}"
    session.add(VersionRow(version=version, day=day, n=n, candidate=candidate, created_at=at))
    session.flush()
    return version


def version(session: Session, name: str) -> Version | None:
    row = session.get(VersionRow, name)
    return None if row is None else _version(row)


def versions(session: Session) -> list[Version]:
    """All versions, newest first."""
    query = select(VersionRow).order_by(VersionRow.day.desc(), VersionRow.n.desc())
    return [_version(row) for row in session.scalars(query)]


def aliases(session: Session) -> dict[str, str]:
    """Alias -> version, by name."""
    query = select(AliasRow.name, AliasRow.version).order_by(AliasRow.name)
    return {row[0]: row[1] for row in session.execute(query)}


def move_alias(session: Session, name: str, *, before: str | None, after: str) -> bool:
    """Compare-and-swap; False, and nothing moved, if the alias no longer names ``before``."""
    if before is None:
        if session.get(AliasRow, name) is not None:
            return False
        session.add(AliasRow(name=name, version=after))
        session.flush()
        return True
    moved = session.execute(
        update(AliasRow)
        .where(AliasRow.name == name, AliasRow.version == before)
        .values(version=after)
        .returning(AliasRow.name)
    )
    return moved.first() is not None


def remove_alias(session: Session, name: str) -> None:
    """Have it name nothing."""
    session.execute(delete(AliasRow).where(AliasRow.name == name))


def _event(row: ReleaseEventRow) -> EventRecord:
    return EventRecord(**{f.name: getattr(row, f.name) for f in fields(EventRecord)})


def _version(row: VersionRow) -> Version:
    return Version(version=row.version, candidate=row.candidate, created_at=row.created_at)
