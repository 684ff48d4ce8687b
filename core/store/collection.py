"""Collecting from Reddit: what is known of subreddits, and how far each has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, delete, func, or_, select, update
from sqlalchemy.orm import Session

from core.store.executions import SUCCEEDED
from core.store.tables import (
    CollectionRow,
    ExecutionRow,
    PostRow,
    SubredditFactsRow,
    SubredditRankRow,
    SubredditRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A subreddit to collect from. ``over_18`` None: Reddit was never asked.

    ``mark``, ``reach`` and ``whole_at`` are those of :class:`core.collect.sweep.Swept`.
    """

    id: int
    name: str
    over_18: bool | None
    mark: int | None
    reach: int
    whole_at: datetime | None
    failures: int
    retry_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubreddit:
    """One subreddit as the list shows it. ``rank`` is that of the newest ranking, if it is there.

    ``outcome`` is how it was met the last time, ``outcome_at`` when.
    """

    name: str
    rank: int | None
    subscribers: int | None
    over_18: bool | None
    description: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    posts: int
    newest_utc: int | None
    outcome: str | None
    detail: str | None
    outcome_at: datetime | None
    retry_at: datetime | None


def ensure(session: Session, name: str) -> int:
    """The id of a subreddit, which is made if it is not there yet."""
    found = session.scalar(select(SubredditRow.id).where(SubredditRow.key == name.lower()))
    if found is not None:
        return found
    row = SubredditRow(key=name.lower(), name=name)
    session.add(row)
    session.flush()
    return row.id


def write_facts(
    session: Session,
    *,
    name: str,
    subscribers: int | None,
    over_18: bool,
    description: str,
    at: datetime,
) -> int:
    """Keep what Reddit says of a subreddit, its name in Reddit's own spelling too; its id."""
    subreddit = ensure(session, name)
    session.execute(update(SubredditRow).where(SubredditRow.id == subreddit).values(name=name))
    values = {
        "subscribers": subscribers,
        "over_18": over_18,
        "description": description,
        "last_seen": at,
    }
    row = session.get(SubredditFactsRow, subreddit)
    if row is None:
        session.add(SubredditFactsRow(subreddit_id=subreddit, first_seen=at, **values))
    else:
        for column, value in values.items():
            setattr(row, column, value)
    return subreddit


def write_rank(session: Session, subreddit: int, *, execution: int, rank: int) -> None:
    """Keep a place in the ranking of an execution; the first of a subreddit counts."""
    if session.get(SubredditRankRow, (execution, subreddit)) is None:
        session.add(SubredditRankRow(execution=execution, subreddit_id=subreddit, rank=rank))
        session.flush()


def targets(session: Session, names: Sequence[str] | None = None) -> list[Target]:
    """All known subreddits, or those of the names: what was never read first, then what was read
    longest ago, the more popular before the others. So a run that is cut short is continued by
    the next.
    """
    ranks = _newest_ranks()
    query = (
        select(
            SubredditRow.id,
            SubredditRow.name,
            SubredditFactsRow.over_18,
            CollectionRow.mark,
            func.coalesce(CollectionRow.reach, 0).label("reach"),
            CollectionRow.whole_at,
            func.coalesce(CollectionRow.failures, 0).label("failures"),
            CollectionRow.retry_at,
        )
        .outerjoin(SubredditFactsRow, SubredditFactsRow.subreddit_id == SubredditRow.id)
        .outerjoin(CollectionRow, CollectionRow.subreddit_id == SubredditRow.id)
        .outerjoin(ranks, ranks.c.subreddit_id == SubredditRow.id)
        .order_by(
            CollectionRow.outcome_at.nulls_first(), ranks.c.rank.nulls_last(), SubredditRow.key
        )
    )
    if names is not None:
        query = query.where(SubredditRow.key.in_([name.lower() for name in names]))
    return [Target(**row._mapping) for row in session.execute(query)]  # noqa: SLF001 - its name


def write_swept(
    session: Session,
    subreddit: int,
    *,
    mark: int | None,
    reach: int,
    whole_at: datetime | None,
) -> None:
    """Keep how far a subreddit has been read."""
    row = _collection(session, subreddit)
    row.mark, row.reach, row.whole_at = mark, reach, whole_at


def write_outcome(
    session: Session,
    subreddit: int,
    *,
    outcome: str,
    detail: str,
    at: datetime,
    failures: int,
    retry_at: datetime | None,
) -> None:
    """Keep how a subreddit was met."""
    row = _collection(session, subreddit)
    row.outcome, row.detail, row.outcome_at = outcome, detail, at
    row.failures, row.retry_at = failures, retry_at


def stored(session: Session, ids: Sequence[str]) -> set[str]:
    """Those among ``ids`` that posts have."""
    return set(session.scalars(select(PostRow.id).where(PostRow.id.in_(ids))))


def erase(session: Session, ids: Sequence[str]) -> int:
    """Take posts out, which are gone on Reddit; how many were here."""
    return len(
        session.scalars(delete(PostRow).where(PostRow.id.in_(ids)).returning(PostRow.id)).all()
    )


def subreddits(
    session: Session, *, search: str = "", limit: int | None = None
) -> list[KnownSubreddit]:
    """Known subreddits, by rank, those without one by their name.

    Args:
        search: a part of the name or description, without regard to case.
    """
    ranks, posts = _newest_ranks(), _counts()
    query = (
        select(
            SubredditRow.name,
            ranks.c.rank,
            SubredditFactsRow.subscribers,
            SubredditFactsRow.over_18,
            SubredditFactsRow.description,
            SubredditFactsRow.first_seen,
            SubredditFactsRow.last_seen,
            func.coalesce(posts.c.posts, 0).label("posts"),
            posts.c.newest_utc,
            CollectionRow.outcome,
            CollectionRow.detail,
            CollectionRow.outcome_at,
            CollectionRow.retry_at,
        )
        .outerjoin(SubredditFactsRow, SubredditFactsRow.subreddit_id == SubredditRow.id)
        .outerjoin(CollectionRow, CollectionRow.subreddit_id == SubredditRow.id)
        .outerjoin(ranks, ranks.c.subreddit_id == SubredditRow.id)
        .outerjoin(posts, posts.c.subreddit_id == SubredditRow.id)
        .order_by(ranks.c.rank.nulls_last(), SubredditRow.key)
        .limit(limit)
    )
    if search:
        query = query.where(_found(search))
    return [KnownSubreddit(**row._mapping) for row in session.execute(query)]  # noqa: SLF001


def rank_history(session: Session, name: str) -> list[tuple[datetime, int]]:
    """When a subreddit had which rank, oldest first."""
    query = (
        select(ExecutionRow.started_at, SubredditRankRow.rank)
        .join(ExecutionRow, ExecutionRow.number == SubredditRankRow.execution)
        .join(SubredditRow, SubredditRow.id == SubredditRankRow.subreddit_id)
        .where(SubredditRow.key == name.lower())
        .order_by(SubredditRankRow.execution)
    )
    return [(at, rank) for at, rank in session.execute(query)]


def _collection(session: Session, subreddit: int) -> CollectionRow:
    row = session.get(CollectionRow, subreddit)
    if row is None:
        row = CollectionRow(subreddit_id=subreddit, reach=0, failures=0)
        session.add(row)
    return row


def _newest_ranks() -> Subquery:
    """The ranks of the newest ranking that came to its end."""
    newest = (
        select(func.max(SubredditRankRow.execution))
        .join(ExecutionRow, ExecutionRow.number == SubredditRankRow.execution)
        .where(ExecutionRow.status == SUCCEEDED)
    )
    return (
        select(SubredditRankRow.subreddit_id, SubredditRankRow.rank)
        .where(SubredditRankRow.execution == newest.scalar_subquery())
        .subquery()
    )


def _counts() -> Subquery:
    return (
        select(
            PostRow.subreddit_id,
            func.count().label("posts"),
            func.max(PostRow.created_utc).label("newest_utc"),
        )
        .group_by(PostRow.subreddit_id)
        .subquery()
    )


def _found(search: str) -> ColumnElement[bool]:
    return or_(
        SubredditRow.name.icontains(search, autoescape=True),
        SubredditFactsRow.description.icontains(search, autoescape=True),
    )
