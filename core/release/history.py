"""What became of candidates and aliases, chained in the audit log."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.access import history as access
from core.audit.chain import Decision
from core.audit.lines import Readers, Reading
from core.release.events import candidate_state, sentence
from core.store import models
from core.store import releases as table
from core.store.releases import EventRecord


def append(session: Session, event: EventRecord) -> EventRecord:
    """Write an event and its entry in the caller's write transaction: both or neither.

    Returns:
        The event with its id.
    """
    before, after = _change(session, event)
    stored = replace(event, id=table.append(session, event))
    shown = models.comparison(session, event.comparison) if event.comparison else None
    evidence = shown.summary if shown else None
    audit.append(session, stored, before=before, after=after, evidence=evidence)
    return stored


def reading(decision: Decision) -> Reading:
    """What an entry about a candidate or an alias says."""
    at = datetime.fromisoformat(decision.at)
    event = EventRecord(**decision.details, kind=decision.kind, at=at, by=decision.by)
    return Reading(sentence=sentence(event), candidate=event.candidate)


READERS: Readers = {"release_events": reading, "access_events": access.reading}
"""How every entry of the audit log reads."""


def _change(session: Session, event: EventRecord) -> tuple[str | None, str | None]:
    """What a decision changes: the alias's version, else the candidate's state."""
    if event.alias:
        return event.before, event.version
    earlier = table.events(session, candidate=event.candidate)
    return candidate_state(earlier), candidate_state([*earlier, event])
