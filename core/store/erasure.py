"""Erased posts, posts that may be gone, and the files that hold posts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.batches import batches
from core.store import references
from core.store.database import IDS_AT_ONCE
from core.store.executions import RUNNING
from core.store.labels import SOURCE
from core.store.tables import (
    AbsenceRow,
    ExecutionRow,
    PostRow,
    RecheckRow,
    SplitFileRow,
    SubredditRow,
    TombstoneRow,
)

REDDIT, EVERYTHING = "reddit", "all"
"""Which posts a round asks for."""
NOT_AT_REDDIT = ("generated", SOURCE)
"""Sources of posts whose ids are our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of an erased post. Subreddit and moment are None where it was never here."""

    post_id: str
    subreddit: str | None
    created_utc: int | None
    at: datetime
    reason: str
    execution: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """A round of asking for stored posts. ``cursor``: the last id that was asked for."""

    scope: str
    began_at: datetime
    cursor: str = ""
    ended_at: datetime | None = None


def bury(
    session: Session,
    reasons: Mapping[str, str],
    *,
    execution: int,
    at: datetime,
    unknown: bool = False,
) -> dict[str, str]:
    """Erase posts: of each a tombstone stays. Posts that were erased before stay as they are.

    Args:
        reasons: post -> why.
        execution: the run that erases them.
        unknown: also of a post that is not here, so that it never comes.

    Returns:
        The posts that are erased now, of ``reasons``.
    """
    erased: dict[str, str] = {}
    for ids in batches(reasons, IDS_AT_ONCE):
        query = select(PostRow.id, PostRow.subreddit_id, PostRow.created_utc)
        known = {row.id: row for row in session.execute(query.where(PostRow.id.in_(ids)))}
        buried_before = buried(session, ids)
        new = [i for i in ids if i not in buried_before and (unknown or i in known)]
        rows = [
            {
                "post_id": i,
                "subreddit_id": known[i].subreddit_id if i in known else None,
                "created_utc": known[i].created_utc if i in known else None,
                "at": at,
                "reason": reasons[i],
                "execution": execution,
                "scrubbed": i not in known,
            }
            for i in new
        ]
        if rows:
            session.execute(insert(TombstoneRow), rows)
        session.execute(delete(PostRow).where(PostRow.id.in_(ids)))
        session.execute(delete(AbsenceRow).where(AbsenceRow.post_id.in_(ids)))
        erased |= {i: reasons[i] for i in new}
    return erased


def buried(session: Session, ids: Iterable[str]) -> set[str]:
    """Those among ``ids`` that were erased."""
    if not newest(session):  # as mostly; thousands of ids take a while to ask for
        return set()
    posts: set[str] = set()
    for part in batches(ids, IDS_AT_ONCE):
        query = select(TombstoneRow.post_id).where(TombstoneRow.post_id.in_(part))
        posts.update(session.scalars(query))
    return posts


def stored(session: Session, ids: Iterable[str]) -> set[str]:
    """Those among ``ids`` that posts have."""
    present: set[str] = set()
    for part in batches(ids, IDS_AT_ONCE):
        present.update(session.scalars(select(PostRow.id).where(PostRow.id.in_(part))))
    return present


def newest(session: Session) -> int:
    """The number of the newest tombstone; 0 before the first."""
    return session.scalar(select(func.max(TombstoneRow.number))) or 0


def buried_after(session: Session, number: int) -> list[str]:
    """Posts whose tombstones have higher numbers."""
    return list(session.scalars(select(TombstoneRow.post_id).where(TombstoneRow.number > number)))


def count(session: Session, *, since: int | None, until: int | None) -> int:
    """Erased posts of that span of epoch seconds, ``until`` not included."""
    query = select(func.count()).where(TombstoneRow.created_utc.is_not(None))
    if since is not None:
        query = query.where(TombstoneRow.created_utc >= since)
    if until is not None:
        query = query.where(TombstoneRow.created_utc < until)
    return session.scalar(query) or 0


def tombstone(session: Session, post_id: str) -> Tombstone | None:
    """What is left of a post; None if it was not erased."""
    query = (
        select(
            TombstoneRow.post_id,
            SubredditRow.name.label("subreddit"),
            TombstoneRow.created_utc,
            TombstoneRow.at,
            TombstoneRow.reason,
            TombstoneRow.execution,
        )
        .outerjoin(SubredditRow, SubredditRow.id == TombstoneRow.subreddit_id)
        .where(TombstoneRow.post_id == post_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Tombstone(**row._mapping)  # noqa: SLF001 - its name


def unscrubbed(session: Session) -> bool:
    """Whether the database's files may still hold text of an erased post."""
    return (
        session.scalar(select(TombstoneRow.number).where(~TombstoneRow.scrubbed).limit(1))
        is not None
    )


def mark_scrubbed(session: Session, number: int) -> None:
    """Nothing is left of the posts up to that tombstone."""
    session.execute(
        update(TombstoneRow)
        .where(TombstoneRow.number <= number, ~TombstoneRow.scrubbed)
        .values(scrubbed=True)
    )


def absences(session: Session, ids: Collection[str]) -> dict[str, datetime]:
    """Post -> since when Reddit has not shown it, of those among ``ids`` that it did not."""
    query = select(AbsenceRow).where(AbsenceRow.post_id.in_(ids))
    return {row.post_id: row.since for row in session.scalars(query)}


def write_absences(
    session: Session, *, absent: Iterable[str], shown: Collection[str], at: datetime
) -> None:
    """Keep since when the absent posts are, and forget it of those that were shown."""
    session.execute(delete(AbsenceRow).where(AbsenceRow.post_id.in_(shown)))
    known = absences(session, ids := list(absent))
    rows = [{"post_id": i, "since": at} for i in ids if i not in known]
    if rows:
        session.execute(insert(AbsenceRow), rows)


def recheck(session: Session, scope: str) -> Recheck | None:
    """The newest round; None before the first."""
    row = session.get(RecheckRow, scope)
    if row is None:
        return None
    return Recheck(scope=scope, began_at=row.began_at, cursor=row.cursor, ended_at=row.ended_at)


def write_recheck(session: Session, recheck: Recheck) -> None:
    """Keep how far a round has come."""
    session.merge(
        RecheckRow(
            scope=recheck.scope,
            began_at=recheck.began_at,
            cursor=recheck.cursor,
            ended_at=recheck.ended_at,
        )
    )


def ids_to_check(session: Session, scope: str, *, after: str, most: int) -> list[str]:
    """Ids of stored posts that a round of ``scope`` asks for, in order, behind ``after``."""
    query = select(PostRow.id).where(PostRow.id > after, _in_scope(scope))
    return list(session.scalars(query.order_by(PostRow.id).limit(most)))


def count_to_check(session: Session, scope: str, *, after: str) -> int:
    """How many there are."""
    query = select(func.count()).select_from(PostRow).where(PostRow.id > after, _in_scope(scope))
    return session.scalar(query) or 0


def write_split_file(session: Session, digest: str, *, execution: int) -> None:
    """Write down that ``execution`` is about to make a file with posts in it."""
    session.merge(SplitFileRow(digest=digest, execution=execution))


def unnamed_split_files(session: Session) -> list[str]:
    """Files with posts in them that nothing names, and that no running execution makes."""
    query = (
        select(SplitFileRow.digest)
        .join(ExecutionRow, ExecutionRow.number == SplitFileRow.execution)
        .where(ExecutionRow.status != RUNNING)
        .where(SplitFileRow.digest.not_in(references.named()))
    )
    return list(session.scalars(query))


def split_files(session: Session) -> set[str]:
    """All files with posts in them, whether or not anything names them."""
    return set(session.scalars(select(SplitFileRow.digest)))


def forget_split_files(session: Session, digests: Sequence[str]) -> None:
    """These files are gone."""
    for some in batches(digests, IDS_AT_ONCE):
        session.execute(delete(SplitFileRow).where(SplitFileRow.digest.in_(some)))


def _in_scope(scope: str) -> ColumnElement[bool]:
    """Posts that do not come from Reddit have ids of their own, which it may give to others."""
    if scope == EVERYTHING:
        return PostRow.source.not_in(NOT_AT_REDDIT)
    return PostRow.source == scope
