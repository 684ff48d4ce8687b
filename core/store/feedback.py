"""Figures of what users sent and answered: counted by SQL, since there are many."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, case, func, select
from sqlalchemy.orm import Session, aliased

from core.store.labels import latest, latest_labels
from core.store.tables import ModelRow, SubredditRow, VersionRow
from core.store.tables_feedback import FeedbackRow, SubmissionRow

SHADOW = "shadow"
EXPORTED = (
    *("submission", "at", "version", "source", "tried", "title", "body", "domain"),
    *("p_at_1", "suggestions", "twin"),
    *("answered_at", "answer", "place", "label", "label_use", "label_by"),
)
"""A submission with the latest answer to it, and its label."""
_FIVE = 5
_READ_BATCH = 5_000
"""Submissions that are read at once."""


@dataclass(frozen=True, slots=True)
class BinCounts:
    """Submissions to one version in one bin of p@1, ``shadows`` among them.

    ``right``: of those ``answered``, where the first suggestion was the right one. ``p`` and
    ``p_answered``: sums of p@1.
    """

    version: str
    bin: int
    texts: int
    shadows: int
    p: float
    answered: int
    right: int
    p_answered: float


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What users sent to one version on one day (UTC), and what they said of it.

    ``first``: of those ``answered``, where the first suggestion was right. ``five``: of those
    ``answered_five``, for which five were suggested, or all that the version can name where it
    knows fewer, one of the first five.
    """

    version: str
    day: str
    texts: int
    p: float
    answered: int
    first: int
    answered_five: int
    five: int


@dataclass(frozen=True, slots=True)
class Named:
    """A subreddit that users named and no suggestion was, in lower case as ``key``.

    ``name`` as it was last written; ``texts``: for how many it is right, by their users.
    """

    key: str
    name: str
    texts: int
    newest: datetime


def newest(session: Session) -> tuple[int, int]:
    """The highest ids of submissions and of answers; 0 before the first."""
    return (
        session.scalar(select(func.max(SubmissionRow.id))) or 0,
        session.scalar(select(func.max(FeedbackRow.id))) or 0,
    )


def bins(session: Session, *, number: int) -> list[BinCounts]:
    """Of each version in each of ``number`` equal bins of p@1 over [0, 1] that holds any."""
    answers = _latest_answers()
    answered = answers.c.submission.is_not(None)
    place = func.min(func.floor(SubmissionRow.p_at_1 * number), number - 1).label("bin")
    query = (
        select(
            SubmissionRow.version,
            place,
            func.count(),
            _sum(SubmissionRow.source == SHADOW),
            func.sum(SubmissionRow.p_at_1),
            _sum(answered),
            _sum(answers.c.place == 1),
            func.sum(case((answered, SubmissionRow.p_at_1), else_=0.0)),
        )
        .outerjoin(answers, answers.c.submission == SubmissionRow.id)
        .where(SubmissionRow.p_at_1.is_not(None), ~SubmissionRow.tried)
        .group_by(SubmissionRow.version, "bin")
    )
    return [
        BinCounts(version, int(where), *counts)
        for version, where, *counts in session.execute(query)
    ]


def days(session: Session) -> list[DayCounts]:
    """Of each version on each day on which anything was sent to it, by day."""
    answers = _latest_answers()
    answered = answers.c.submission.is_not(None)
    # SQLite reads no suggestions where nobody answered.
    had_five = answered & (
        func.json_array_length(SubmissionRow.suggestions) >= func.min(_FIVE, ModelRow.subreddits)
    )
    day = func.date(SubmissionRow.at, type_=String).label("sent_on")
    query = (
        select(
            SubmissionRow.version,
            day,
            func.count(),
            func.coalesce(func.sum(SubmissionRow.p_at_1), 0.0),
            _sum(answered),
            _sum(answers.c.place == 1),
            _sum(had_five),
            _sum(had_five & (answers.c.place <= _FIVE)),
        )
        .join(VersionRow, VersionRow.version == SubmissionRow.version)
        .join(ModelRow, ModelRow.execution == VersionRow.candidate)
        .outerjoin(answers, answers.c.submission == SubmissionRow.id)
        .where(SubmissionRow.source != SHADOW, ~SubmissionRow.tried)
        .group_by(SubmissionRow.version, "sent_on")
        .order_by("sent_on")
    )
    return [DayCounts(*row) for row in session.execute(query)]


def named(session: Session) -> list[Named]:
    """Subreddits that are right by their users and were not suggested, the most wanted first."""
    answers = _latest_answers()
    key = func.lower(answers.c.subreddit).label("key")
    texts = func.count().label("texts")
    query = (
        # Beside one max(), SQLite takes the other columns from the row that has it.
        select(key, answers.c.subreddit, texts, func.max(answers.c.id), answers.c.at)
        .join(SubmissionRow, SubmissionRow.id == answers.c.submission)
        .where(answers.c.place.is_(None), answers.c.subreddit.is_not(None), ~SubmissionRow.tried)
        .group_by("key")
        .order_by(texts.desc(), "key")
    )
    return [
        Named(key=row.key, name=row.subreddit, texts=row.texts, newest=row.at)
        for row in session.execute(query)
    ]


def tried(session: Session) -> dict[str, int]:
    """Version -> how many texts reviewers sent to it, which count nowhere else."""
    query = select(SubmissionRow.version, func.count()).where(SubmissionRow.tried)
    grouped = session.execute(query.group_by(SubmissionRow.version))
    return {version: int(texts) for version, texts in grouped}


def collected(session: Session) -> set[str]:
    """Every subreddit that the collector knows, in lower case."""
    return set(session.scalars(select(SubredditRow.key)))


def every_submission(session: Session) -> Iterator[Mapping[Any, Any]]:
    """Values by the names of :data:`EXPORTED`, oldest first. Streams: memory stays flat."""
    answers, twin, label = _latest_answers(), aliased(SubmissionRow), latest_labels()
    query = (
        select(
            SubmissionRow.public.label("submission"),
            SubmissionRow.at,
            SubmissionRow.version,
            SubmissionRow.source,
            SubmissionRow.tried,
            SubmissionRow.title,
            SubmissionRow.body,
            SubmissionRow.domain,
            SubmissionRow.p_at_1,
            SubmissionRow.suggestions,
            twin.public.label("twin"),
            answers.c.at.label("answered_at"),
            answers.c.subreddit.label("answer"),
            answers.c.place,
            label.c.subreddit.label("label"),
            label.c.use.label("label_use"),
            label.c.by.label("label_by"),
        )
        .outerjoin(twin, twin.id == SubmissionRow.twin)
        .outerjoin(answers, answers.c.submission == SubmissionRow.id)
        .outerjoin(label, label.c.submission == SubmissionRow.id)
        .order_by(SubmissionRow.id)
    )
    for row in session.execute(query.execution_options(yield_per=_READ_BATCH)):
        yield row._mapping  # noqa: SLF001 - its name


def _latest_answers() -> Subquery:
    """The latest answer to each submission that has any."""
    names = ("id", "submission", "subreddit", "place", "at")
    return select(*(getattr(FeedbackRow, name) for name in names)).where(latest()).subquery()


def _sum(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))
