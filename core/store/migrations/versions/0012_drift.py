"""What released models predict of the posts that came after their training."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "drift_models",
        sa.Column("model", sa.String(64), primary_key=True, nullable=False),
        sa.Column("written_since", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(64), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.JSON(), nullable=False),
    )
    op.create_table(
        "drift_files",
        sa.Column("model", sa.String(64), primary_key=True, nullable=False),
        sa.Column("part", sa.String(16), primary_key=True, nullable=False),
        sa.Column("file", sa.String(64), nullable=False, index=True),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("execution", sa.Integer(), sa.ForeignKey("executions.number"), nullable=False),
        sa.Column("erased_until", sa.Integer(), nullable=False, index=True),
    )
    op.create_table(
        "drift_windows",
        sa.Column("model", sa.String(64), primary_key=True, nullable=False),
        sa.Column("window", sa.String(8), primary_key=True, nullable=False),
        sa.Column("begins", sa.BigInteger(), primary_key=True, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
    )
