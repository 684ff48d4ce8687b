"""Candidates as their events tell of them. Reads only."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.hints import Command, Hint
from core.release.events import PRODUCTION, Kind, State, candidate_state, ends
from core.store import Store
from core.store import releases as table
from core.store.releases import EventRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A training execution that was proposed, and what became of it."""

    number: int
    state: State
    version: str | None
    proposal: EventRecord
    """Its ``comparison`` is the evidence on validation: None where there was no production."""
    events: tuple[EventRecord, ...]

    @property
    def result(self) -> EventRecord | None:
        """The last result of a sealed test; None before the first."""
        return next((e for e in reversed(self.events) if e.kind == Kind.TESTED), None)

    @property
    def approval(self) -> EventRecord | None:
        """The last approval."""
        return next((e for e in reversed(self.events) if e.kind == Kind.APPROVED), None)

    def was_in(self, alias: str) -> bool:
        """Whether its version was ever given to ``alias``."""
        return any(e.alias == alias and e.version == self.version for e in self.events)

    @property
    def unfinished(self) -> EventRecord | None:
        """An opening without its result: it is running, or was cut off and can be resumed."""
        ended = ends(self.events)
        opened = [e for e in self.events if e.kind == Kind.OPENED and e.id not in ended]
        return opened[-1] if opened else None


def get(store: Store, number: int) -> Candidate:
    """One candidate.

    Raises:
        NotFoundError: that execution was never proposed.
    """
    with store.read() as session:
        return find(session, number)


def find(session: Session, number: int) -> Candidate:
    """The same, as the caller's transaction sees it."""
    events = table.events(session, candidate=number)
    if not events:
        raise NotFoundError(
            f"There is no candidate #{number}",
            Hint(
                "Propose that execution, or choose a candidate from the list.",
                Command("release list"),
            ),
        )
    return _candidate(events)


def listing(store: Store) -> list[Candidate]:
    """All candidates, the last proposed first."""
    with store.read() as session:
        events = table.events(session)
    by_candidate: dict[int, list[EventRecord]] = {}
    for event in events:
        by_candidate.setdefault(event.candidate, []).append(event)
    return [_candidate(mine) for mine in reversed(by_candidate.values())]


def in_production(session: Session) -> int | None:
    """The training of the version in production; None where there is none."""
    name = table.aliases(session).get(PRODUCTION)
    version = table.version(session, name) if name else None
    return version.candidate if version else None


def _candidate(events: list[EventRecord]) -> Candidate:
    state = candidate_state(events)
    if state is None:
        raise RuntimeError("a candidate without a proposal")
    versions = [event.version for event in events if event.kind == Kind.APPROVED]
    return Candidate(
        number=events[0].candidate,
        state=state,
        version=versions[0] if versions else None,
        proposal=events[0],
        events=tuple(events),
    )
