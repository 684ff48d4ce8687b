"""What was granted and taken, as it is stored and chained in the audit log."""

from typing import TypeVar

from sqlalchemy.orm import Session

from core import audit
from core.access.events import KINDS, AccessEvent, RoleGrants, role_after, role_grants
from core.audit.events import Events

ACCESS_EVENTS = Events("access_events", KINDS)

E = TypeVar("E", bound=AccessEvent)


def append(session: Session, event: E) -> E:
    """Write an event and its entry in the caller's write transaction: both or neither.

    Returns:
        The event with its id.
    """
    earlier = ACCESS_EVENTS.read(session)
    before, after = role_after(earlier, event), role_after([*earlier, event], event)
    stored, record = ACCESS_EVENTS.append(session, event)
    audit.append(session, record, before=before, after=after)
    return stored


def grants(session: Session) -> RoleGrants:
    """Who holds which role now."""
    return role_grants(ACCESS_EVENTS.read(session))
