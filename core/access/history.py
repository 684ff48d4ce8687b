"""What was given and taken, chained in the audit log."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.access.events import role_after, sentence
from core.audit.chain import Decision
from core.audit.lines import Reading
from core.store import access as table
from core.store.access import AccessRecord


def append(session: Session, event: AccessRecord) -> AccessRecord:
    """Write an event and its entry in the caller's write transaction: both or neither.

    Returns:
        The event with its id.
    """
    earlier = table.events(session)
    stored = replace(event, id=table.append(session, event))
    before, after = role_after(earlier, event), role_after([*earlier, event], event)
    audit.append(session, stored, before=before, after=after)
    return stored


def reading(decision: Decision) -> Reading:
    """What an entry about a role or a token says."""
    details = dict(decision.details)
    if "expires_at" in details:
        details["expires_at"] = datetime.fromisoformat(details["expires_at"])
    at = datetime.fromisoformat(decision.at)
    event = AccessRecord(**details, kind=decision.kind, at=at, by=decision.by)
    return Reading(sentence=sentence(event))
