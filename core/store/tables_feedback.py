"""The tables of what users send, what they say of it, and what a reviewer makes of that."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.store.tables import VersionRow
from core.store.types import Base


class SubmissionRow(Base):
    """A text that a user sent, and what was suggested."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("source in ('page', 'api', 'shadow')", name="source"),
        Index("ix_submissions_version", "version", "at"),
        Index("ix_submissions_expiring", "at", sqlite_where=text("expires = 1")),
        Index("ix_submissions_tried", "version", sqlite_where=text("tried = 1")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public: Mapped[str] = mapped_column(String(24), unique=True)
    """What callers get and give back. Nobody can guess one."""
    at: Mapped[datetime] = mapped_column(index=True)
    title: Mapped[str | None]
    body: Mapped[str | None]
    """None, as the title: the text was not kept, or is erased by now."""
    expires: Mapped[bool]
    """The text is kept, and is erased when it has been for long enough. False where there is none,
    or a reviewer chose it for judging or training models."""
    version: Mapped[str] = mapped_column(ForeignKey(VersionRow.version))
    source: Mapped[str] = mapped_column(String(8))
    """``page``, ``api``, or ``shadow``: of a version that was asked too, but not for the user."""
    p_at_1: Mapped[float | None]
    """The probability of the first suggestion; None if there was no suggestion."""
    suggestions: Mapped[list[Any]]
    """``[subreddit, probability]`` of each, the most probable first."""
    twin: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    """Of a shadow: what the user got for the same text."""
    domain: Mapped[str | None]
    """What the post links to (:class:`core.text.Post`), kept and erased with the text."""
    tried: Mapped[bool] = mapped_column(server_default=text("0"))
    """A reviewer sent it, to try a version: it counts in no figure of users."""


class FeedbackRow(Base):
    """What the user said of the suggestions; the latest word on a submission counts."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    submission: Mapped[int] = mapped_column(ForeignKey(SubmissionRow.id), index=True)
    subreddit: Mapped[str | None]
    """The right one, by the user; None: none of the suggestions, and the user named no other."""
    place: Mapped[int | None]
    """Where it stands among the suggestions, from 1; None: it is not among them."""


class LabelRow(Base):
    """What a reviewer says of a text that a user corrected. Never changed: the latest counts."""

    __tablename__ = "labels"
    __table_args__ = (CheckConstraint("use in ('evaluate', 'train')", name="use"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission: Mapped[int] = mapped_column(ForeignKey(SubmissionRow.id), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    subreddit: Mapped[str | None]
    """None: set aside, the text says nothing of any subreddit."""
    use: Mapped[str] = mapped_column(String(8))
    """``evaluate``: only ever judges models. ``train``: goes as all posts go."""
    withdrawn: Mapped[bool]
    """It takes back the one before: the text waits again."""
