"""What an execution was run for, where nobody asked for it by itself; trainings that have names."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.store.sqlite import never
from core.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"

_PARENTS = ("noise", "tune")
_FINISHED = "OLD.status != 'running'"


def upgrade() -> None:
    op.add_column("executions", sa.Column("purpose", sa.String(16), nullable=True))
    _tell_purposes()
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "execution",
            sa.Integer(),
            sa.ForeignKey("executions.number"),
            nullable=False,
            index=True,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sqlite_autoincrement=True,
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(never("requests", verb, "requests are append-only"))


def _tell_purposes() -> None:
    """Of the executions that are there: by their command, or by what a noise or tuning read."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT number, kind, command, inputs FROM executions ORDER BY number")
    ).all()
    told = dict[int, str]()
    for number, kind, command, _ in rows:
        if purpose := _by_command(kind, command):
            told[number] = purpose
    for parent in (row for row in rows if row.kind in _PARENTS):
        for number in _children(parent, rows):
            told.setdefault(number, parent.kind)
    op.execute("DROP TRIGGER executions_no_update")
    for number, purpose in told.items():
        connection.execute(
            sa.text("UPDATE executions SET purpose = :purpose WHERE number = :number"),
            {"purpose": purpose, "number": number},
        )
    op.execute(never("executions", "UPDATE", "a finished execution never changes", when=_FINISHED))


def _by_command(kind: str, command: str) -> str | None:
    if kind == "compare" and ("(on the page " in command or "streamlit" in command):
        return "look"
    if kind in ("train", "evaluate", "compare"):
        return next((one for one in _PARENTS if command.startswith(f"signoff {one} ")), None)
    return None


def _children(parent: sa.Row[Any], rows: Sequence[sa.Row[Any]]) -> list[int]:
    """The trainings and evaluations that a noise or tuning names, and its own command made."""
    by_number = {row.number: row for row in rows}
    named = json.loads(parent.inputs)
    evaluations, trainings = set(named.get("evaluations", [])), set(named.get("trainings", []))
    for row in rows:
        if row.kind == "evaluate":
            training = json.loads(row.inputs).get("training")
            if row.number in evaluations:
                trainings.add(training)
            elif training in trainings and parent.kind == "tune":
                evaluations.add(row.number)
    return [
        number
        for number in sorted(evaluations | trainings)
        if number in by_number and by_number[number].command == parent.command
    ]
