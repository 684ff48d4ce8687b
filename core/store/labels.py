"""Texts that users corrected: the ones that wait for a reviewer, and reviewers' labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.store.tables import PostRow
from core.store.tables_feedback import FeedbackRow, LabelRow, SubmissionRow

SOURCE = "feedback"
"""Of posts that were made of submissions."""
POST = "fb_"
"""How their ids begin. Reddit's have no underscore."""
EVALUATE, TRAIN = "evaluate", "train"
USES = (EVALUATE, TRAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A text for which the user chose another subreddit than the first suggestion, or none."""

    public: str
    at: datetime
    title: str
    body: str
    version: str
    suggestions: list[tuple[str, float]]
    said: str | None
    """The right subreddit, by the user; None: none of the suggestions, and no other named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A submission that a reviewer gave a subreddit. ``use``: ``evaluate`` or ``train``."""

    id: int
    at: datetime
    title: str
    body: str
    domain: str
    subreddit: str
    use: str

    @property
    def post_id(self) -> str:
        return post_id(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a reviewer said of a submission, by its ``id``. ``subreddit`` None: set aside."""

    submission: int
    at: datetime
    by: str
    subreddit: str | None
    use: str


@dataclass(frozen=True, slots=True)
class LabelState:
    """Tells whether any label was given or changed since."""

    labels: int
    newest: datetime | None


def post_id(submission: int) -> str:
    """The id of the post that a submission becomes."""
    return f"{POST}{submission}"


def corrected(session: Session, *, limit: int, after: int = 0) -> list[Corrected]:
    """Texts that wait for a reviewer, oldest first, the first ``after`` left out."""
    query = _waiting(
        SubmissionRow.public,
        SubmissionRow.at,
        SubmissionRow.title,
        SubmissionRow.body,
        SubmissionRow.version,
        SubmissionRow.suggestions,
        FeedbackRow.subreddit.label("said"),
    )
    rows = session.execute(query.order_by(SubmissionRow.id).limit(limit).offset(after))
    return [
        Corrected(**{**row, "suggestions": [(name, p) for name, p in row["suggestions"]]})
        for row in rows.mappings()
    ]


def count_corrected(session: Session) -> int:
    return session.scalar(_waiting(func.count())) or 0


def label_of(session: Session, submission: int) -> Label | None:
    """The label of a submission; None before there is one."""
    row = session.execute(
        select(
            LabelRow.submission, LabelRow.at, LabelRow.by, LabelRow.subreddit, LabelRow.use
        ).where(LabelRow.submission == submission)
    ).one_or_none()
    return None if row is None else Label(**row._mapping)  # noqa: SLF001 - its name


def is_post(session: Session, submission: int) -> bool:
    """Whether a post was made of it."""
    return session.get(PostRow, post_id(submission)) is not None


def write_label(session: Session, label: Label) -> None:
    """Keep a reviewer's label, in place of an earlier one. A text that is to be used no
    longer expires; one that is set aside does.
    """
    values = {
        "submission": label.submission,
        "at": label.at,
        "by": label.by,
        "subreddit": label.subreddit,
        "use": label.use,
    }
    if label_of(session, label.submission) is None:
        session.execute(insert(LabelRow), values)
    else:
        where = LabelRow.submission == label.submission
        session.execute(update(LabelRow).where(where).values(values))
    kept = SubmissionRow.title.is_not(None)
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.id == label.submission)
        .values(expires=kept if label.subreddit is None else False)
    )


def labelled(session: Session) -> Iterator[Labelled]:
    """Texts that have a subreddit by now and are kept, oldest first."""
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.at,
            SubmissionRow.title,
            SubmissionRow.body,
            func.coalesce(SubmissionRow.domain, "").label("domain"),
            LabelRow.subreddit,
            LabelRow.use,
        )
        .join(LabelRow, LabelRow.submission == SubmissionRow.id)
        .where(LabelRow.subreddit.is_not(None), SubmissionRow.title.is_not(None))
        .order_by(SubmissionRow.id)
    )
    for row in session.execute(query).mappings():
        yield Labelled(**row)


def uses(session: Session) -> dict[str, str]:
    """Post made of a submission -> its use; without posts that were set aside since."""
    query = select(LabelRow.submission, LabelRow.use).where(LabelRow.subreddit.is_not(None))
    return {post_id(submission): use for submission, use in session.execute(query)}


def state(session: Session) -> LabelState:
    return LabelState(*session.execute(select(func.count(), func.max(LabelRow.at))).one())


def _waiting(*columns: Any) -> Select[Any]:
    """Of texts whose user chose another subreddit than the first, kept and without a label."""
    return (
        select(*columns)
        .select_from(FeedbackRow)
        .join(SubmissionRow, SubmissionRow.id == FeedbackRow.submission)
        .where(
            or_(FeedbackRow.place.is_(None), FeedbackRow.place > 1),
            latest(),
            SubmissionRow.title.is_not(None),
            ~exists().where(LabelRow.submission == SubmissionRow.id),
        )
    )


def latest() -> ColumnElement[bool]:
    """That an answer is the latest on its submission."""
    later = aliased(FeedbackRow)
    after = (later.submission == FeedbackRow.submission) & (later.id > FeedbackRow.id)
    return ~exists().where(after)
