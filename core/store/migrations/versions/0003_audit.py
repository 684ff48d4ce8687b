"""Decisions are chained: each entry of the audit log holds the hash of the one before."""

import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

from core.store import types

revision = "0003"
down_revision = "0002"

_CHANGES = {
    "proposed": (None, "proposed"),
    "approved": ("proposed", "approved"),
    "rejected": ("proposed", "rejected"),
}
"""Kind -> the candidate's state before and after; the other kinds move an alias."""


def upgrade() -> None:
    audit = op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    previous = "0" * 64
    for number, event in enumerate(_events(), start=1):
        content = orjson.dumps(_decision(event), option=orjson.OPT_SORT_KEYS).decode()
        digest = hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()
        row = {"number": number, "content": content, "previous": previous, "digest": digest}
        op.execute(audit.insert().values(row))
        previous = digest
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def _events() -> list[sa.RowMapping]:
    names = ("id", "by", "kind", "candidate", "version", "alias", "before", "comment", "comparison")
    at = sa.column("at", types.UtcDateTime())
    events = sa.table("release_events", at, *map(sa.column, names))
    comparisons = sa.table("comparisons", sa.column("execution"), sa.column("summary"))
    shown = comparisons.c.execution == events.c.comparison
    query = sa.select(events, comparisons.c.summary).select_from(
        events.outerjoin(comparisons, shown)
    )
    return list(op.get_bind().execute(query.order_by(events.c.id)).mappings())


def _decision(event: sa.RowMapping) -> dict[str, object]:
    details = ("candidate", "version", "alias", "before", "comment", "comparison")
    before, after = _CHANGES.get(event["kind"], (event["before"], event["version"]))
    return {
        "record": f"release_events/{event['id']}",
        "at": event["at"].isoformat(timespec="microseconds"),
        "by": event["by"],
        "kind": event["kind"],
        "before": before,
        "after": after,
        "evidence": event["summary"],
        "details": {name: event[name] for name in details if event[name] is not None},
    }
