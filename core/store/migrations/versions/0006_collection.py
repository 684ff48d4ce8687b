"""Collecting from Reddit: facts of subreddits, their ranks, how far each was read."""

import sqlalchemy as sa
from alembic import op

from core.store import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "subreddit_facts",
        sa.Column("subreddit_id", sa.Integer(), nullable=False),
        sa.Column("subscribers", sa.BigInteger(), nullable=True),
        sa.Column("over_18", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("first_seen", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen", types.UtcDateTime(timezone=True), nullable=False),
        _subreddit("subreddit_facts"),
        sa.PrimaryKeyConstraint("subreddit_id", name=op.f("pk_subreddit_facts")),
    )
    op.create_table(
        "subreddit_ranks",
        sa.Column("execution", sa.Integer(), nullable=False),
        sa.Column("subreddit_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution"],
            ["executions.number"],
            name=op.f("fk_subreddit_ranks_execution_executions"),
        ),
        _subreddit("subreddit_ranks"),
        sa.PrimaryKeyConstraint("execution", "subreddit_id", name=op.f("pk_subreddit_ranks")),
    )
    op.create_index(op.f("ix_subreddit_ranks_subreddit_id"), "subreddit_ranks", ["subreddit_id"])
    op.create_table(
        "collections",
        sa.Column("subreddit_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=True),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("whole_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("outcome_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", types.UtcDateTime(timezone=True), nullable=True),
        _subreddit("collections"),
        sa.PrimaryKeyConstraint("subreddit_id", name=op.f("pk_collections")),
    )


def _subreddit(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subreddit_id"],
        ["subreddits.id"],
        name=op.f(f"fk_{table}_subreddit_id_subreddits"),
    )
