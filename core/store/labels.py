"""Texts that users corrected: the ones that wait for a reviewer, and reviewers' labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, insert, or_, select, update
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
    tried: bool
    """A reviewer sent it, on the page Try it."""
    said: str | None
    """The right subreddit, by the user; None: none of the suggestions, and no other named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which of the texts that wait, and in which order.

    ``text``: in title, text or what the user said, in any case; empty: all. ``version``: that
    answered; None: any. ``unsure_first``: by p@1, lowest first; else the newest first.
    """

    text: str = ""
    version: str | None = None
    unsure_first: bool = False


ALL = Which()


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
    """What a reviewer said of a submission, by its ``id``. ``subreddit`` None: set aside.

    ``withdrawn``: it takes back what was said before.
    """

    submission: int
    at: datetime
    by: str
    subreddit: str | None
    use: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class LabelState:
    """Tells whether any label was given or changed since."""

    labels: int
    newest: datetime | None


def post_id(submission: int) -> str:
    """The id of the post that a submission becomes."""
    return f"{POST}{submission}"


def corrected(
    session: Session, *, limit: int, after: int = 0, which: Which = ALL
) -> list[Corrected]:
    """Texts that wait for a reviewer, the first ``after`` left out."""
    query = _waiting(
        which,
        SubmissionRow.public,
        SubmissionRow.at,
        SubmissionRow.title,
        SubmissionRow.body,
        SubmissionRow.version,
        SubmissionRow.suggestions,
        SubmissionRow.tried,
        FeedbackRow.subreddit.label("said"),
    )
    if which.unsure_first:
        query = query.order_by(SubmissionRow.p_at_1)  # without any suggestion: before all others
    rows = session.execute(query.order_by(SubmissionRow.id.desc()).limit(limit).offset(after))
    return [
        Corrected(**{**row, "suggestions": [(name, p) for name, p in row["suggestions"]]})
        for row in rows.mappings()
    ]


def count_corrected(session: Session, which: Which = ALL) -> int:
    return session.scalar(_waiting(which, func.count())) or 0


def label_of(session: Session, submission: int) -> Label | None:
    """The label of a submission that counts; None before there is one, or where it was taken
    back.
    """
    label = latest_labels()
    row = session.execute(select(label).where(label.c.submission == submission)).one_or_none()
    if row is None:
        return None
    return Label(
        submission=row.submission, at=row.at, by=row.by, subreddit=row.subreddit, use=row.use
    )


def is_post(session: Session, submission: int) -> bool:
    """Whether a post was made of it."""
    return session.get(PostRow, post_id(submission)) is not None


def write_label(session: Session, label: Label) -> None:
    """Keep a reviewer's label, which counts from now on. A text that is to be used no longer
    expires; one that is set aside does, and one that waits again.
    """
    values = {
        "submission": label.submission,
        "at": label.at,
        "by": label.by,
        "subreddit": label.subreddit,
        "use": label.use,
        "withdrawn": label.withdrawn,
    }
    session.execute(insert(LabelRow), values)
    kept = SubmissionRow.title.is_not(None)
    used = label.subreddit is not None and not label.withdrawn
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.id == label.submission)
        .values(expires=False if used else kept)
    )


def labelled(session: Session) -> Iterator[Labelled]:
    """Texts that have a subreddit by now and are kept, oldest first."""
    label = latest_labels()
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.at,
            SubmissionRow.title,
            SubmissionRow.body,
            func.coalesce(SubmissionRow.domain, "").label("domain"),
            label.c.subreddit,
            label.c.use,
        )
        .join(label, label.c.submission == SubmissionRow.id)
        .where(label.c.subreddit.is_not(None), SubmissionRow.title.is_not(None))
        .order_by(SubmissionRow.id)
    )
    for row in session.execute(query).mappings():
        yield Labelled(**row)


def uses(session: Session) -> dict[str, str]:
    """Post made of a submission -> its use; without posts that were set aside since."""
    label = latest_labels()
    query = select(label.c.submission, label.c.use).where(label.c.subreddit.is_not(None))
    return {post_id(submission): use for submission, use in session.execute(query)}


def state(session: Session) -> LabelState:
    return LabelState(*session.execute(select(func.count(), func.max(LabelRow.at))).one())


def latest_labels() -> Subquery:
    """The label of each submission that counts: the latest, unless it takes back the one before."""
    later = aliased(LabelRow)
    after = (later.submission == LabelRow.submission) & (later.id > LabelRow.id)
    query = select(LabelRow.__table__).where(~LabelRow.withdrawn, ~exists().where(after))
    return query.subquery()


def latest() -> ColumnElement[bool]:
    """That an answer is the latest on its submission."""
    later = aliased(FeedbackRow)
    after = (later.submission == FeedbackRow.submission) & (later.id > FeedbackRow.id)
    return ~exists().where(after)


def _waiting(which: Which, *columns: Any) -> Select[Any]:
    """Of texts whose user chose another subreddit than the first, kept and without a label."""
    label = latest_labels()
    query = (
        select(*columns)
        .select_from(FeedbackRow)
        .join(SubmissionRow, SubmissionRow.id == FeedbackRow.submission)
        .where(
            or_(FeedbackRow.place.is_(None), FeedbackRow.place > 1),
            latest(),
            SubmissionRow.title.is_not(None),
            ~exists().where(label.c.submission == SubmissionRow.id),
        )
    )
    if which.version is not None:
        query = query.where(SubmissionRow.version == which.version)
    if which.text:
        places = (SubmissionRow.title, SubmissionRow.body, FeedbackRow.subreddit)
        query = query.where(or_(*(each.icontains(which.text, autoescape=True) for each in places)))
    return query
