"""Posts of sealed tests whose texts are taken out of the table of posts."""

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "store_seals",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "snapshot",
            sa.String(64),
            sa.ForeignKey("snapshots.digest"),
            nullable=False,
            unique=True,
        ),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("scrubbed", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.add_column("posts", sa.Column("seal", sa.Integer(), nullable=True))
    op.create_index("ix_posts_seal", "posts", ["seal"], sqlite_where=sa.text("seal IS NOT NULL"))
    op.create_table(
        "seal_events",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column(
            "snapshot",
            sa.String(64),
            sa.ForeignKey("snapshots.digest"),
            nullable=False,
            index=True,
        ),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("seal_events", verb, "what was done to a seal is append-only"))
