"""What users sent, and what they said of the suggestions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.store.tables import FeedbackRow, SubmissionRow, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackCounts:
    """How many texts were sent, and how many users named the right subreddit."""

    submissions: int
    answered: int


def insert(session: Session, values: dict[str, Any]) -> int:
    """Store a submission; its id."""
    row = SubmissionRow(**values)
    session.add(row)
    session.flush()
    return row.id


def exists(session: Session, submission: int) -> bool:
    return session.get(SubmissionRow, submission) is not None


def suggested(session: Session, *, training: int) -> list[list[Any]]:
    """What the versions of a training suggested: of each text ``[subreddit, probability]`` rows."""
    query = (
        select(SubmissionRow.suggestions)
        .join(VersionRow, SubmissionRow.version == VersionRow.version)
        .where(VersionRow.candidate == training)
        .order_by(SubmissionRow.id)
    )
    return list(session.scalars(query))


def insert_feedback(session: Session, *, submission: int, subreddit: str, at: datetime) -> None:
    session.add(FeedbackRow(submission=submission, subreddit=subreddit, at=at))


def counts(session: Session) -> FeedbackCounts:
    return FeedbackCounts(
        submissions=session.scalar(select(func.count()).select_from(SubmissionRow)) or 0,
        answered=session.scalar(select(func.count(FeedbackRow.submission.distinct()))) or 0,
    )
