"""Others who ask for the same work are written down, and get it in their own name."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "jobs",
        sa.Column("joined", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )
