"""Servers that answer callers, and how often they did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, delete, func, select
from sqlalchemy.orm import Session, aliased

from core.hints import Alarm, Hint
from core.store.database import database_of
from core.store.tables_feedback import SubmissionRow
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
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests a version was given, and how many of those it could not answer."""

    requests: int = 0
    errors: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.requests + other.requests, self.errors + other.errors)


@dataclass(frozen=True, slots=True)
class Confidence:
    """p@1 of the texts that a version was sent: how many, its mean and its variance."""

    texts: int = 0
    mean: float = 0.0
    variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Twins:
    """Texts for which something was suggested and a shadow was asked too: how many, of how many
    both suggest the same first subreddit, and the mean p@1 of what the user got and of the shadow.
    """

    texts: int
    same: int
    mean: float
    shadow_mean: float


def put_server(session: Session, server: Server) -> None:
    """A sign of life, in place of the one before."""
    alarms = [{"title": a.title, "hint": a.hint and str(a.hint)} for a in server.alarms]
    session.merge(ServerRow(**{**asdict(server), "alarms": alarms}))


def remove_servers(session: Session, *, id: str = "", before: datetime | None = None) -> None:  # noqa: A002
    """Forget a server, and servers last seen ``before`` that moment."""
    gone = ServerRow.id == id
    if before is not None:
        gone |= ServerRow.seen_at < before
    session.execute(delete(ServerRow).where(gone))


def servers(session: Session) -> list[Server]:
    """The servers that reported and have not left, whether or not they still run, the first that
    was started first.
    """
    query = select(ServerRow).order_by(ServerRow.started_at)
    return [_server(row) for row in session.scalars(query)]


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
        added = database_of(session).upsert(ServingCountRow)
        both: dict[str, Any] = {
            name: getattr(ServingCountRow, name) + getattr(added.excluded, name)
            for name in ("requests", "errors")
        }
        session.execute(
            added.on_conflict_do_update(index_elements=["version", "minute", "server"], set_=both),
            rows,
        )


def remove_counts(
    session: Session, *, before: datetime, kept: str | None = None, since: datetime | None = None
) -> None:
    """Forget what was counted in minutes ``before`` that moment.

    Args:
        kept: the version of which the minutes from ``since`` on stay.
    """
    gone = ServingCountRow.minute < before
    if kept is not None and since is not None:
        gone &= (ServingCountRow.version != kept) | (ServingCountRow.minute < since)
    session.execute(delete(ServingCountRow).where(gone))


def counts(session: Session, *, since: datetime, version: str | None = None) -> dict[str, Count]:
    """Version -> what all servers counted of it in the minutes from ``since`` on.

    Args:
        version: only this one, which takes no longer after years.
    """
    query = (
        select(
            ServingCountRow.version,
            func.sum(ServingCountRow.requests),
            func.sum(ServingCountRow.errors),
        )
        .where(ServingCountRow.minute >= since)
        .group_by(ServingCountRow.version)
    )
    if version is not None:
        query = query.where(ServingCountRow.version == version)
    return {row[0]: Count(row[1], row[2]) for row in session.execute(query)}


def confidence(session: Session, version: str, *, since: datetime, most: int) -> Confidence:
    """Of the newest ``most`` texts that users sent to a version from then on; shadows do not
    count, nor what reviewers sent.
    """
    p = (
        select(SubmissionRow.p_at_1.label("p"))
        .where(
            SubmissionRow.version == version,
            SubmissionRow.at >= since,
            SubmissionRow.source != "shadow",
            ~SubmissionRow.tried,
        )
        .order_by(SubmissionRow.at.desc())
        .limit(most)
        .subquery()
        .c.p
    )
    query = select(func.count(p), func.avg(p), func.avg(p * p))
    texts, mean, square = session.execute(query).one()
    if not texts:
        return Confidence()
    return Confidence(texts, mean, max(0.0, square - mean * mean) * texts / max(1, texts - 1))


def twins(session: Session, shadow: str, version: str, *, most: int) -> Twins | None:
    """The newest ``most`` texts that ``version`` answered and ``shadow`` was asked too; None if
    there are none.
    """
    got = aliased(SubmissionRow)
    first = [
        func.lower(func.json_extract(row.suggestions, "$[0][0]")) for row in (SubmissionRow, got)
    ]
    newest = (
        select(
            # A shadow that suggests nothing does not suggest the same.
            func.coalesce(cast(first[0] == first[1], Integer), 0).label("same"),
            got.p_at_1.label("p"),
            func.coalesce(SubmissionRow.p_at_1, 0.0).label("shadow_p"),
        )
        .join(got, SubmissionRow.twin == got.id)
        .where(
            SubmissionRow.version == shadow,
            SubmissionRow.source == "shadow",
            got.version == version,
            got.p_at_1.is_not(None),
        )
        .order_by(SubmissionRow.at.desc())
        .limit(most)
        .subquery()
    )
    query = select(
        func.count(), func.sum(newest.c.same), func.avg(newest.c.p), func.avg(newest.c.shadow_p)
    )
    figures = session.execute(query).one()
    return Twins(*figures) if figures[0] else None


def _server(row: ServerRow) -> Server:
    alarms = tuple(
        Alarm(told["title"], Hint(told["hint"]) if told["hint"] else None) for told in row.alarms
    )
    return Server(**{**{name: getattr(row, name) for name in Server.__slots__}, "alarms": alarms})
