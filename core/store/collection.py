"""Collecting from Reddit: what is known of subreddits, and how far each has been read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.store.executions import SUCCEEDED
from core.store.posts import subreddit_ids
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

    name: str
    over_18: bool | None = None
    mark: int | None = None
    reach: int = 0
    whole_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubreddit:
    """One subreddit as the list shows it. ``rank``: in the newest ranking, if it is there.

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


def known_among(session: Session, names: Collection[str]) -> set[str]:
    """Those of the names, in lower case, that a known subreddit has."""
    keys = [name.lower() for name in names]
    return set(session.scalars(select(SubredditRow.key).where(SubredditRow.key.in_(keys))))


def ensure(session: Session, name: str) -> int:
    """The id of a subreddit, which is made if it is not there yet."""
    return subreddit_ids(session, {name})[name.lower()]


def write_facts(session: Session, subreddits: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Keep what Reddit says of subreddits, their names in Reddit's own spelling too.

    Args:
        subreddits: ``name``, ``subscribers``, ``over_18`` and ``description`` of each, which is
            there once.
    """
    ids = subreddit_ids(session, {facts["name"] for facts in subreddits})
    rows = [
        {key: value for key, value in facts.items() if key != "name"}
        | {"subreddit_id": ids[facts["name"].lower()], "last_seen": at}
        for facts in subreddits
    ]
    query = select(SubredditFactsRow.subreddit_id)
    before = set(session.scalars(query.where(SubredditFactsRow.subreddit_id.in_(ids.values()))))
    new = [row | {"first_seen": at} for row in rows if row["subreddit_id"] not in before]
    again = [row for row in rows if row["subreddit_id"] in before]
    if new:
        session.execute(insert(SubredditFactsRow), new)
    if again:
        session.execute(update(SubredditFactsRow), again)
    names = [{"id": ids[facts["name"].lower()], "name": facts["name"]} for facts in subreddits]
    if names:
        session.execute(update(SubredditRow), names)


def write_ranks(session: Session, ranks: Mapping[str, int], *, execution: int) -> None:
    """Keep places in the ranking of an execution: name -> rank, each name once."""
    ids = subreddit_ids(session, set(ranks))
    rows = [
        {"execution": execution, "subreddit_id": ids[name.lower()], "rank": rank}
        for name, rank in ranks.items()
    ]
    if rows:
        session.execute(insert(SubredditRankRow), rows)


def targets(session: Session, names: Sequence[str] | None = None) -> list[Target]:
    """All known subreddits, or those of the names: what was never read first, then what was read
    longest ago, the more popular before the others. So a run that is cut short is continued by
    the next.
    """
    ranks = _newest_ranks()
    query = (
        select(
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
    name: str,
    *,
    mark: int | None,
    reach: int,
    whole_at: datetime | None,
) -> None:
    """Keep how far a subreddit has been read."""
    row = _collection(session, name)
    row.mark, row.reach, row.whole_at = mark, reach, whole_at


def write_outcome(
    session: Session,
    name: str,
    *,
    outcome: str,
    detail: str,
    at: datetime,
    failures: int,
    retry_at: datetime | None,
) -> None:
    """Keep how a subreddit was met."""
    row = _collection(session, name)
    row.outcome, row.detail, row.outcome_at = outcome, detail, at
    row.failures, row.retry_at = failures, retry_at


def subreddits(
    session: Session, *, search: str = "", limit: int | None = None
) -> list[KnownSubreddit]:
    """Known subreddits, by rank, those without one by their name.

    Args:
        search: a part of the name or description, without regard to case.
    """
    query = _known().limit(limit)
    if search:
        query = query.where(_matches(search))
    return [KnownSubreddit(**row._mapping) for row in session.execute(query)]  # noqa: SLF001


def subreddit(session: Session, name: str) -> KnownSubreddit | None:
    """One known subreddit."""
    row = session.execute(_known().where(SubredditRow.key == name.lower())).one_or_none()
    return KnownSubreddit(**row._mapping) if row else None  # noqa: SLF001


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


def _known() -> Select[Any]:
    """The columns of :class:`KnownSubreddit`, by rank, those without one by their name."""
    ranks, posts = _newest_ranks(), _counts()
    return (
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
    )


def _collection(session: Session, name: str) -> CollectionRow:
    subreddit = ensure(session, name)
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


def _matches(search: str) -> ColumnElement[bool]:
    return or_(
        SubredditRow.name.icontains(search, autoescape=True),
        SubredditFactsRow.description.icontains(search, autoescape=True),
    )
