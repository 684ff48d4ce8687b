"""Texts that may be erased, what reviewers make of them, and servers that answer.

SQLite cannot make a column nullable, so both old tables are made anew. The new ones get their names
last, which takes the foreign keys along.
"""

import sqlalchemy as sa
from alembic import op

from core.store import types

revision = "0008"
down_revision = "0007"

_NEW_SUBMISSIONS, _NEW_FEEDBACK = "new_submissions", "new_feedback"


def upgrade() -> None:
    _make_submissions()
    _make_feedback()
    op.drop_table("feedback")
    op.drop_table("submissions")
    op.rename_table(_NEW_SUBMISSIONS, "submissions")
    op.rename_table(_NEW_FEEDBACK, "feedback")
    op.create_index(op.f("ix_submissions_at"), "submissions", ["at"])
    op.create_index(op.f("ix_submissions_twin"), "submissions", ["twin"])
    op.create_index("ix_submissions_version", "submissions", ["version", "at"])
    op.create_index(
        "ix_submissions_expiring", "submissions", ["at"], sqlite_where=sa.text("expires = 1")
    )
    op.create_index(op.f("ix_feedback_submission"), "feedback", ["submission"])
    _make_labels()
    _make_serving()


def _make_submissions() -> None:
    op.create_table(
        _NEW_SUBMISSIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public", sa.String(length=24), nullable=False),
        sa.Column("at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("expires", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("p_at_1", sa.Double(), nullable=True),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        sa.Column("twin", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "source in ('page', 'api', 'shadow')", name=op.f("ck_submissions_source")
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["versions.version"], name=op.f("fk_submissions_version_versions")
        ),
        sa.ForeignKeyConstraint(
            ["twin"], [f"{_NEW_SUBMISSIONS}.id"], name=op.f("fk_submissions_twin_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("public", name=op.f("uq_submissions_public")),
    )
    op.execute(
        f"INSERT INTO {_NEW_SUBMISSIONS}"  # noqa: S608 - names of this file
        " (id, public, at, title, body, expires, version, source, p_at_1, suggestions)"
        " SELECT id, lower(hex(randomblob(11))), at, title, body, 1, version, 'page',"
        " json_extract(suggestions, '$[0][1]'), suggestions FROM submissions"
    )


def _make_feedback() -> None:
    op.create_table(
        _NEW_FEEDBACK,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("subreddit", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission"],
            [f"{_NEW_SUBMISSIONS}.id"],
            name=op.f("fk_feedback_submission_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.execute(
        f"INSERT INTO {_NEW_FEEDBACK} (id, at, submission, subreddit, place)"  # noqa: S608
        " SELECT feedback.id, feedback.at, submission, subreddit, (SELECT one.key + 1"
        " FROM json_each(submissions.suggestions) AS one"
        " WHERE lower(json_extract(one.value, '$[0]')) = lower(subreddit) LIMIT 1)"
        " FROM feedback JOIN submissions ON submissions.id = submission"
    )


def _make_labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("subreddit", sa.String(), nullable=True),
        sa.Column("use", sa.String(length=8), nullable=False),
        sa.CheckConstraint("use in ('evaluate', 'train')", name=op.f("ck_labels_use")),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name=op.f("fk_labels_submission_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("submission", name=op.f("uq_labels_submission")),
    )


def _make_serving() -> None:
    op.create_table(
        "servers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("serving", sa.JSON(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_servers")),
    )
    op.create_table(
        "serving_counts",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("minute", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("server", sa.String(length=32), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["versions.version"], name=op.f("fk_serving_counts_version_versions")
        ),
        sa.PrimaryKeyConstraint("version", "minute", "server", name=op.f("pk_serving_counts")),
    )
