"""Events and openings as the JSON contract has them."""

from typing import Any

from core.release.events import LeakedTest, ReleaseEvent
from core.release.history import RELEASE_EVENTS
from core.release.openings import Opening


def event_json(event: ReleaseEvent) -> dict[str, Any]:
    details = RELEASE_EVENTS.record(event).details
    return {
        "name": details.get("alias"),
        "version": details.get("version"),
        "event": event.kind,
        "by": event.by,
        "at": event.at,
        "before": details.get("before"),
        "candidate": event.candidate,
        "comment": details.get("comment"),
        "override": details.get("override"),
        "share": details.get("share"),
    }


def opening_json(opening: Opening | None) -> dict[str, Any] | None:
    """None where the sealed test was not opened."""
    if opening is None:
        return None
    row, result = opening.row, opening.result
    return {
        "number": row.id,
        "state": opening.state,
        "candidate": row.candidate,
        "baseline": row.baseline,
        "snapshot": row.snapshot,
        "by": row.by,
        "at": row.at,
        "reason": row.comment,
        "verdict": result.verdict if result else None,
        "evaluation": result.evaluation if result else None,
        "comparison": result.comparison if result else None,
        "evidence": result.shown if result else None,
        "refused": opening.end.comment if isinstance(opening.end, LeakedTest) else None,
    }
