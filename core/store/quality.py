"""What the check of the data reads: every post once, and figures that SQL has sooner."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.store.tables import CollectionRow, PostRow, SubredditRow, TombstoneRow

READ_BATCH = 20_000
"""Posts that are read at once."""


class PostText(NamedTuple):
    """One post as the check reads it; millions come, so it is a plain tuple. ``sealed``: its texts
    are elsewhere, and empty here.
    """

    subreddit: int
    created_utc: int
    title: str
    body: str
    score: int
    over_18: bool
    source: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the store holds, asked of its indexes alone.

    ``last_execution``: the newest that changed a post; None without posts.
    """

    posts: int
    last_execution: int | None


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many subreddits were met so the last time, and when the latest of them was."""

    outcome: str | None
    subreddits: int
    latest: datetime | None


def holdings(session: Session) -> Holdings:
    """Quick at any size, other than :func:`core.store.posts.totals`."""
    # One query each: of several at once SQLite would answer none from an index.
    return Holdings(
        posts=session.scalar(select(func.count(PostRow.id))) or 0,
        last_execution=session.scalar(select(func.max(PostRow.execution))),
    )


def names(session: Session) -> dict[int, str]:
    """The subreddits that are known, id -> name."""
    return {row.id: row.name for row in session.execute(select(SubredditRow.id, SubredditRow.name))}


def every_post(session: Session) -> Iterator[list[PostText]]:
    """Batches of posts in the order in which they lie. Streams: memory stays flat."""
    query = select(
        PostRow.subreddit_id,
        PostRow.created_utc,
        PostRow.title,
        PostRow.body,
        PostRow.score,
        PostRow.over_18,
        PostRow.source,
        PostRow.seal.is_not(None),
    )
    result = session.execute(query.execution_options(yield_per=READ_BATCH))
    for rows in result.partitions():
        yield [PostText._make(row) for row in rows]


def erased(session: Session) -> dict[int, int]:
    """Posts of each subreddit, by its id, that were here and were erased."""
    query = (
        select(TombstoneRow.subreddit_id, func.count().label("posts"))
        .where(TombstoneRow.subreddit_id.is_not(None))
        .group_by(TombstoneRow.subreddit_id)
    )
    return {row.subreddit_id: row.posts for row in session.execute(query)}


def outcomes(session: Session) -> list[OutcomeCount]:
    """How subreddits were met when they were last collected from, the commonest way first."""
    count = func.count().label("subreddits")
    query = (
        select(CollectionRow.outcome, count, func.max(CollectionRow.outcome_at))
        .where(CollectionRow.outcome.is_not(None))
        .group_by(CollectionRow.outcome)
        .order_by(count.desc(), CollectionRow.outcome)
    )
    return [OutcomeCount(*row) for row in session.execute(query)]
