"""Long work that pages ask for runs beside them, in order."""

import sqlalchemy as sa
from alembic import op

from core.store.types import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("process", sa.JSON(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status in ('waiting', 'running', 'succeeded', 'failed', 'interrupted', 'cancelled')",
            name="status",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_status", "jobs", ["status"])
    op.create_index(
        "uq_jobs_key",
        "jobs",
        ["key"],
        unique=True,
        sqlite_where=sa.text("status in ('waiting', 'running')"),
    )
