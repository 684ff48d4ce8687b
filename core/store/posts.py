"""Posts and subreddits: writing batches of them, and reading them in the order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from core.store import erasure
from core.store.tables import PostRow, SubredditRow

READ_BATCH = 10_000
"""Posts that are read at once."""


SEALED = "sealed_in_the_store"
"""Why posts are left as they are, or left out: their texts are not in this table."""
_POSTS = cast("Table", PostRow.__table__)


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What became of the posts of a batch. ``+`` adds two.

    ``erased``: skipped, since they were erased before. ``sealed``: other than what is stored, but
    left as they are, since their texts are sealed.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    erased: int = 0
    sealed: int = 0

    def __add__(self, other: "WriteCounts") -> "WriteCounts":
        return WriteCounts(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.erased + other.erased,
            self.sealed + other.sealed,
        )


@dataclass(frozen=True, slots=True)
class PostTotals:
    """How much the store holds. ``last_execution`` is the newest that changed a post."""

    posts: int
    subreddits: int
    first_utc: int | None
    last_utc: int | None
    generated: int
    last_execution: int | None


@dataclass(frozen=True, slots=True)
class StoredPost:
    """One post as the pages show it. ``sealed``: its texts are elsewhere, and empty here."""

    id: str
    subreddit: str
    created_utc: int
    title: str
    body: str
    url: str
    source: str
    sealed: bool

    @property
    def address(self) -> str | None:
        """Where Reddit shows it; None: it does not come from there."""
        if self.source in erasure.NOT_AT_REDDIT:
            return None
        return f"https://www.reddit.com/comments/{self.id}"


class PostContent(NamedTuple):
    """One post as freezing reads it; millions come, so it is a plain tuple."""

    id: str
    subreddit: str
    created_utc: int
    title: str
    body: str
    source: str
    is_self: bool
    domain: str
    flair: str
    over_18: bool
    score: int
    num_comments: int


def write_posts(session: Session, rows: Sequence[dict[str, Any]], execution: int) -> WriteCounts:
    """Insert what is new, update what changed, leave the rest, and what was erased or sealed.

    Args:
        rows: columns of :class:`PostRow` with ``subreddit`` (the name) instead of its id, without
            ``execution``. The last of several rows with one id counts.
        execution: the run that brings them.
    """
    if not rows:
        return WriteCounts()
    latest = {row["id"]: row for row in rows}
    buried = erasure.buried(session, list(latest))
    latest = {post: row for post, row in latest.items() if post not in buried}
    known = _fingerprints(session, list(latest))
    subreddits = subreddit_ids(session, {row["subreddit"] for row in latest.values()})
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    sealed = 0
    for row in latest.values():
        before, seal = known.get(row["id"], (None, None))
        if before == row["fingerprint"]:
            continue
        if seal is not None:
            sealed += 1  # whatever brings it, its text does not come back in the clear
            continue
        subreddit = subreddits[row["subreddit"].lower()]
        values = {**row, "subreddit_id": subreddit, "execution": execution}
        del values["subreddit"]
        (new if before is None else changed).append(values)
    if new:
        _insert(session, new)
    if changed:
        session.execute(update(PostRow), changed)
    erased = sum(row["id"] in buried for row in rows) if buried else 0
    unchanged = len(rows) - len(new) - len(changed) - erased - sealed
    return WriteCounts(len(new), len(changed), unchanged, erased, sealed)


def totals(session: Session) -> PostTotals:
    """Counts and the span of time over all posts."""
    row = session.execute(
        select(
            func.count(),
            func.count(PostRow.subreddit_id.distinct()),
            func.min(PostRow.created_utc),
            func.max(PostRow.created_utc),
            func.count().filter(PostRow.source == "generated"),
            func.max(PostRow.execution),
        )
    ).one()
    return PostTotals(*row)


def posts_in_order(
    session: Session,
    *,
    since: int | None = None,
    until: int | None = None,
    without: str | None = None,
) -> Iterator[list[PostContent]]:
    """Batches of posts, oldest first, ties by id, without sealed ones. Streams: memory stays flat.

    Args:
        since, until: in epoch seconds; the first is included, the second is not.
        without: a source whose posts are left out.
    """
    query = (
        select(
            PostRow.id,
            SubredditRow.name,
            PostRow.created_utc,
            PostRow.title,
            PostRow.body,
            PostRow.source,
            PostRow.is_self,
            PostRow.domain,
            PostRow.flair,
            PostRow.over_18,
            PostRow.score,
            PostRow.num_comments,
        )
        .join(SubredditRow)
        .where(PostRow.seal.is_(None))
        .order_by(PostRow.created_utc, PostRow.id)
    )
    if since is not None:
        query = query.where(PostRow.created_utc >= since)
    if until is not None:
        query = query.where(PostRow.created_utc < until)
    if without is not None:
        query = query.where(PostRow.source != without)
    result = session.execute(query.execution_options(yield_per=READ_BATCH))
    for rows in result.partitions():
        yield [PostContent._make(row) for row in rows]


def posts_by_id(session: Session, ids: Sequence[str]) -> dict[str, StoredPost]:
    """The posts that exist among ``ids``."""
    query = (
        select(
            PostRow.id,
            SubredditRow.name,
            PostRow.created_utc,
            PostRow.title,
            PostRow.body,
            PostRow.url,
            PostRow.source,
            PostRow.seal.is_not(None),
        )
        .join(SubredditRow)
        .where(PostRow.id.in_(ids))
    )
    return {row.id: StoredPost(*row) for row in session.execute(query)}


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of equal keys.

    SQLAlchemy's own preparation of each would take half as long again as SQLite does.
    """
    connection = session.connection()
    statement = insert(_POSTS).compile(connection, column_keys=list(rows[0]))
    values = itemgetter(*statement.positiontup or ())
    connection.exec_driver_sql(str(statement), [values(row) for row in rows])


def _fingerprints(session: Session, ids: list[str]) -> dict[str, tuple[int, int | None]]:
    """Post -> its fingerprint and its seal."""
    query = select(PostRow.id, PostRow.fingerprint, PostRow.seal).where(PostRow.id.in_(ids))
    return {row.id: (row.fingerprint, row.seal) for row in session.execute(query)}


def subreddit_ids(session: Session, names: set[str]) -> dict[str, int]:
    """Lower-case name -> id, making the subreddits that are not there yet."""
    wanted = {name.lower(): name for name in sorted(names)}
    query = select(SubredditRow.key, SubredditRow.id).where(SubredditRow.key.in_(wanted))
    ids = {row.key: row.id for row in session.execute(query)}
    missing = [{"key": key, "name": name} for key, name in wanted.items() if key not in ids]
    if missing:
        session.execute(insert(SubredditRow), missing)
        ids = {row.key: row.id for row in session.execute(query)}
    return ids
