"""What a user's post links to is kept with its text."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("domain", sa.String(), nullable=True))
