"""Release policies that were adopted, and by which a decision was judged; signatures of entries."""

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "policy_events",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sqlite_autoincrement=True,
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("policy_events", verb, "policies are append-only"))
    op.add_column("release_events", sa.Column("policy", sa.String(), nullable=True))
    op.create_table(
        "audit_signatures",
        sa.Column(
            "number", sa.Integer(), sa.ForeignKey("audit.number"), primary_key=True, nullable=False
        ),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("audit_signatures", verb, "signatures are append-only"))
    op.add_column("access_events", sa.Column("public_key", sa.String(64), nullable=True))
    op.add_column("access_events", sa.Column("service", sa.Boolean(), nullable=True))
