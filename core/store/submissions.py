"""What users sent, and what they said of the suggestions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from core.batches import batches
from core.store.database import IDS_AT_ONCE, database_of
from core.store.tables import VersionRow
from core.store.tables_feedback import FeedbackRow, SubmissionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCounts:
    """How many texts were sent, and of how many somebody said what is right."""

    submissions: int
    answered: int


class NewSubmission(NamedTuple):
    """A row of :class:`core.store.tables_feedback.SubmissionRow`, in the order of its columns."""

    public: str
    at: datetime
    title: str | None
    body: str | None
    expires: bool
    version: str
    source: str
    p_at_1: float | None
    suggestions: list[tuple[str, float]]
    twin: int | None
    domain: str | None
    tried: bool


def ids_of(session: Session, publics: Collection[str]) -> dict[str, int]:
    """Public id -> id, of submissions that are kept."""
    ids: dict[str, int] = {}
    for some in batches(publics, IDS_AT_ONCE):
        query = select(SubmissionRow.public, SubmissionRow.id)
        query = query.where(SubmissionRow.public.in_(some))
        ids |= {row.public: row.id for row in session.execute(query)}
    return ids


def kept_text(session: Session, public: str) -> int | None:
    """The id of a submission whose text is kept; None if there is none such."""
    kept = (SubmissionRow.public == public) & SubmissionRow.title.is_not(None)
    return session.scalar(select(SubmissionRow.id).where(kept))


def take_answer(session: Session, public: str, subreddit: str | None, *, at: datetime) -> bool:
    """Keep the answer to a submission, unless it is the latest already; False if there is no such
    submission.
    """
    query = select(SubmissionRow.id, SubmissionRow.suggestions)
    asked = session.execute(query.where(SubmissionRow.public == public)).one_or_none()
    if asked is None:
        return False
    latest = session.execute(
        select(FeedbackRow.subreddit)
        .where(FeedbackRow.submission == asked.id)
        .order_by(FeedbackRow.id.desc())
        .limit(1)
    ).one_or_none()
    if latest is None or latest.subreddit != subreddit:
        place = _place(subreddit, [name for name, _ in asked.suggestions])
        values = {"submission": asked.id, "subreddit": subreddit, "place": place, "at": at}
        session.execute(insert(FeedbackRow), values)
    return True


def p_at_1_bins(session: Session, *, training: int, bins: int) -> Mapping[int, int]:
    """Submissions in each of ``bins`` equal bins of p@1 over [0, 1], by the versions of a training;
    bins without any are absent. 1.0 falls into the last.
    """
    where = func.min(func.floor(SubmissionRow.p_at_1 * bins), bins - 1).label("bin")
    query = (
        select(where, func.count())
        .join(VersionRow, SubmissionRow.version == VersionRow.version)
        .where(
            VersionRow.candidate == training,
            SubmissionRow.p_at_1.is_not(None),
            ~SubmissionRow.tried,
        )
        .group_by("bin")
    )
    return {int(place): count for place, count in session.execute(query)}


def counts(session: Session) -> FeedbackCounts:
    """Shadows are not counted: nobody sent those. What reviewers sent is."""
    sent = select(func.count()).where(SubmissionRow.source != "shadow")
    return FeedbackCounts(
        submissions=session.scalar(sent) or 0,
        answered=session.scalar(select(func.count(FeedbackRow.submission.distinct()))) or 0,
    )


def _place(subreddit: str | None, suggested: Sequence[str]) -> int | None:
    """Where a name stands among others, from 1; None if it does not."""
    keys = [name.lower() for name in suggested]
    key = (subreddit or "").lower()
    return keys.index(key) + 1 if key in keys else None


def oldest_expiring(session: Session) -> datetime | None:
    """When the oldest text was sent that is still to be erased; None if there is none."""
    return session.scalar(select(func.min(SubmissionRow.at)).where(SubmissionRow.expires))


def erase_older(session: Session, *, before: datetime) -> int:
    """Erase the texts that expire and were sent before then; how many."""
    return _erase(session, SubmissionRow.expires & (SubmissionRow.at < before))


def erase_named(session: Session, ids: Collection[int]) -> int:
    """Erase the texts of these submissions, whatever a reviewer said of them; how many there
    were.
    """
    return sum(
        _erase(session, SubmissionRow.id.in_(part) & SubmissionRow.title.is_not(None))
        for part in batches(ids, IDS_AT_ONCE)
    )


def _erase(session: Session, which: ColumnElement[bool]) -> int:
    database_of(session).overwrite_erased(session)
    erased = (
        update(SubmissionRow).where(which).values(title=None, body=None, domain=None, expires=False)
    )
    return cast("CursorResult[Any]", session.execute(erased)).rowcount
