"""Triggers for what decisions rest on: models, evaluations and comparisons never change."""

from alembic import op

from core.store.sqlite import never

revision = "0003"
down_revision = "0002"

_WHY = {
    "models": "a model never changes",
    "evaluations": "an evaluation never changes",
    "comparisons": "a comparison never changes",
}


def upgrade() -> None:
    for table, why in _WHY.items():
        for verb in ("UPDATE", "DELETE"):
            op.execute(never(table, verb, why))
