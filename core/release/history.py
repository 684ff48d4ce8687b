"""What happened to candidates and aliases, as it is stored and chained in the audit log."""

from typing import TypeVar

from sqlalchemy.orm import Session

from core import audit
from core.access.history import ACCESS_EVENTS
from core.audit.events import Events
from core.errors import RefusedError
from core.executions.annotations import ANNOTATION_EVENTS
from core.release.events import KINDS, AliasEvent, Commented, Proposed, ReleaseEvent
from core.release.policy_events import POLICY_EVENTS
from core.release.seal_events import SEAL_EVENTS
from core.release.states import candidate_state
from core.settings import settings

RELEASE_EVENTS = Events("release_events", KINDS, blank={"comment": ""})
ALL_EVENTS = (
    RELEASE_EVENTS,
    ACCESS_EVENTS,
    POLICY_EVENTS,
    SEAL_EVENTS,
    ANNOTATION_EVENTS,
)
"""Everything that the audit log can hold."""

E = TypeVar("E", bound=ReleaseEvent)


def append(session: Session, event: E) -> E:
    """Write an event and its entry in the caller's write transaction: both or neither.

    Returns:
        The event with its id.

    Raises:
        RefusedError: it decides something, or opens a test, and this is continuous integration.
    """
    if not isinstance(event, Proposed | Commented):
        require_people()
    before, after = _change(session, event)
    stored, record = RELEASE_EVENTS.append(session, event)
    audit.append(session, record, before=before, after=after)
    return stored


def require_people() -> None:
    """Raises RefusedError in continuous integration, for whatever opens a test or decides."""
    if settings().ci:
        raise RefusedError(
            "In continuous integration (SIGNOFF_CI), candidates are proposed; their tests are"
            " opened and decisions are made by people, elsewhere",
            "Do this where people work: at their command line or on the pages.",
        )


def events(session: Session) -> list[ReleaseEvent]:
    """Every event, in the order in which they happened."""
    return RELEASE_EVENTS.read(session)


def of_candidate(session: Session, candidate: int) -> list[ReleaseEvent]:
    """The events of one candidate; none where it was never proposed."""
    return RELEASE_EVENTS.read(session, candidate=candidate)


def of_alias(session: Session, alias: str) -> list[AliasEvent]:
    """The moves of one alias; none where it was never set."""
    return moves(RELEASE_EVENTS.read(session, alias=alias))


def moves(events: list[ReleaseEvent]) -> list[AliasEvent]:
    """Those of them that moved an alias."""
    return [event for event in events if isinstance(event, AliasEvent)]


def _change(session: Session, event: ReleaseEvent) -> tuple[str | None, str | None]:
    """What a decision changes: the alias's version, else the candidate's state."""
    if isinstance(event, AliasEvent):
        return event.before, event.after
    earlier = of_candidate(session, event.candidate)
    return candidate_state(earlier), candidate_state([*earlier, event])
