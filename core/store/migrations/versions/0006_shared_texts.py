"""Which texts of a sealed test other snapshots hold, and the fingerprints that tell it."""

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        _snapshot("snapshot"),
        sa.Column("sealed", sa.String(64), nullable=False),
    )
    op.create_table(
        "shared_texts",
        _snapshot("snapshot"),
        _snapshot("holder"),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("train", "valid", "test")),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("shared_texts", verb, "what two snapshots share never changes"))


def _snapshot(name: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(64), sa.ForeignKey("snapshots.digest"), primary_key=True, nullable=False
    )
