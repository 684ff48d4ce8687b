"""Events tell of openings of a sealed test, of the evidence of a decision, and of canaries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TABLE = "release_events"


def upgrade() -> None:
    for name, kind, target in (
        ("evaluation", "INTEGER", "evaluations (execution)"),
        ("snapshot", "VARCHAR(64)", "snapshots (digest)"),
        ("baseline", "INTEGER", "models (execution)"),
        ("opening", "INTEGER", "release_events (id)"),
    ):
        # SQLite adds a column with its foreign key; making the table anew would lose its triggers.
        key = f"fk_{TABLE}_{name}_{target.split()[0]}"
        op.execute(
            f"ALTER TABLE {TABLE} ADD COLUMN {name} {kind} CONSTRAINT {key} REFERENCES {target}"
        )
    op.add_column(TABLE, sa.Column("verdict", sa.String(length=16), nullable=True))
    op.add_column(TABLE, sa.Column("shown", sa.String(length=64), nullable=True))
    op.add_column(TABLE, sa.Column("override", sa.String(), nullable=True))
    op.add_column(TABLE, sa.Column("share", sa.Double(), nullable=True))
    op.create_index(op.f("ix_release_events_snapshot"), TABLE, ["snapshot"])
    op.create_index(op.f("uq_release_events_opening"), TABLE, ["opening"], unique=True)
