"""Labels are events, of which the latest counts; texts that reviewers sent to try a version."""

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0011"
down_revision = "0010"

_KEPT = 'id, submission, at, "by", subreddit, use'


def upgrade() -> None:
    op.add_column(
        "submissions",
        sa.Column("tried", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.create_index(
        "ix_submissions_tried", "submissions", ["version"], sqlite_where=sa.text("tried = 1")
    )
    # SQLite cannot take away that a submission has one label only.
    op.rename_table("labels", "labels_before")
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "submission",
            sa.Integer(),
            sa.ForeignKey("submissions.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("subreddit", sa.String(), nullable=True),
        sa.Column("use", sa.String(8), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint("use in ('evaluate', 'train')", name="use"),
    )
    op.execute(f"INSERT INTO labels ({_KEPT}, withdrawn) SELECT {_KEPT}, 0 FROM labels_before")  # noqa: S608
    op.drop_table("labels_before")
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("labels", verb, "labels are append-only"))
