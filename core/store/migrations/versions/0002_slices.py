"""Comparisons keep how posts fare slice by slice."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("slices", sa.String(length=64), nullable=True))
