"""Erased posts, posts that may be gone, and which files hold posts."""

import sqlalchemy as sa
from alembic import op

from core.store import types

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("subreddit_id", sa.Integer(), nullable=True),
        sa.Column("created_utc", sa.BigInteger(), nullable=True),
        sa.Column("at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("execution", sa.Integer(), nullable=False),
        sa.Column("scrubbed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subreddit_id"],
            ["subreddits.id"],
            name=op.f("fk_tombstones_subreddit_id_subreddits"),
        ),
        _execution("tombstones"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tombstones")),
        sa.UniqueConstraint("post_id", name=op.f("uq_tombstones_post_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "absences",
        sa.Column("post_id", sa.String(length=16), nullable=False),
        sa.Column("since", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_absences")),
    )
    op.create_table(
        "rechecks",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("began_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.String(length=16), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_rechecks")),
    )
    op.create_table(
        "split_files",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("execution", sa.Integer(), nullable=False),
        _execution("split_files"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_split_files")),
    )
    op.execute(
        "INSERT INTO split_files (digest, execution) SELECT digest, max(execution) FROM ("
        "SELECT train AS digest, execution FROM snapshots"
        " UNION ALL SELECT valid, execution FROM snapshots"
        " UNION ALL SELECT sealed_test, execution FROM snapshots"
        ") AS files GROUP BY digest"
    )
    for name, kind, before in (
        ("format", sa.Integer(), "1"),
        ("erased", sa.JSON(), "{}"),
        ("erased_until", sa.Integer(), "0"),
    ):
        op.add_column(
            "snapshots",
            sa.Column(name, kind, nullable=False, server_default=sa.text(f"'{before}'")),
        )


def _execution(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["execution"], ["executions.number"], name=op.f(f"fk_{table}_execution_executions")
    )
