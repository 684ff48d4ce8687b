"""Events and openings as the JSON contract has them."""

from typing import Any

from core.release.openings import Opening
from core.store.releases import EventRecord


def event_json(event: EventRecord) -> dict[str, Any]:
    return {
        "name": event.alias,
        "version": event.version,
        "event": event.kind,
        "by": event.by,
        "at": event.at,
        "before": event.before,
        "candidate": event.candidate,
        "comment": event.comment,
        "override": event.override,
        "share": event.share,
    }


def opening_json(opening: Opening | None) -> dict[str, Any] | None:
    """None where the sealed test was not opened."""
    if opening is None:
        return None
    row, end = opening.row, opening.end
    return {
        "number": row.id,
        "state": opening.state,
        "candidate": row.candidate,
        "baseline": row.baseline,
        "snapshot": row.snapshot,
        "by": row.by,
        "at": row.at,
        "reason": row.comment,
        "verdict": end.verdict if end else None,
        "evaluation": end.evaluation if end else None,
        "comparison": end.comparison if end else None,
        "evidence": end.shown if end else None,
        "refused": end.comment if end and opening.state == "refused" else None,
    }
