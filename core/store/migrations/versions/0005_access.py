"""Roles and API tokens: the events that gave and took them."""

import sqlalchemy as sa
from alembic import op

from core.store import types

revision = "0005"
down_revision = "0004"

TABLE = "access_events"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("expires_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("uq_access_events_secret"), TABLE, ["secret"], unique=True)
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE}"
            " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )
