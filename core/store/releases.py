"""Versions, and the aliases that name them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.store.tables import AliasRow, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A released model. ``candidate`` is its training execution."""

    version: str
    candidate: int
    created_at: datetime


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


def _version(row: VersionRow) -> Version:
    return Version(version=row.version, candidate=row.candidate, created_at=row.created_at)
