"""Names, notes and tags of executions, each an event of its own."""

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "annotation_events",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column(
            "execution",
            sa.Integer(),
            sa.ForeignKey("executions.number"),
            nullable=False,
            index=True,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("annotation_events", verb, "annotations are append-only"))
