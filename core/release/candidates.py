"""Candidates as their events tell of them. Reads only."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.hints import Command, Hint
from core.release import history
from core.release.events import (
    PRODUCTION,
    AliasEvent,
    Approved,
    Opened,
    Proposed,
    ReleaseEvent,
    Tested,
)
from core.release.states import CandidateState, candidate_state, ends
from core.store import Store
from core.store import releases as releases_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A training execution that was proposed, and what became of it."""

    number: int
    state: CandidateState
    version: str | None
    proposal: Proposed
    """Its ``comparison`` is the evidence on validation: None where there was no production."""
    events: tuple[ReleaseEvent, ...]

    @property
    def result(self) -> Tested | None:
        """The last result of a sealed test; None before the first."""
        return next((e for e in reversed(self.events) if isinstance(e, Tested)), None)

    @property
    def approval(self) -> Approved | None:
        """The last approval."""
        return next((e for e in reversed(self.events) if isinstance(e, Approved)), None)

    @property
    def comparison(self) -> int | None:
        """The comparison with production that is the evidence: of the last result, else of the
        proposal; None where there was nothing to compare with.
        """
        return (self.result or self.proposal).comparison

    def was_in(self, alias: str) -> bool:
        """Whether its version was ever given to ``alias``."""
        moves = [event for event in self.events if isinstance(event, AliasEvent)]
        return any(event.alias == alias and event.after == self.version for event in moves)

    @property
    def unfinished(self) -> Opened | None:
        """An opening without its result: it is running, or was cut off and can be resumed."""
        ended = ends(self.events)
        opened = [e for e in self.events if isinstance(e, Opened) and e.id not in ended]
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
    events = history.of_candidate(session, number)
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
    """All candidates, last proposed first."""
    with store.read() as session:
        events = history.events(session)
    by_candidate: dict[int, list[ReleaseEvent]] = {}
    for event in events:
        by_candidate.setdefault(event.candidate, []).append(event)
    return [_candidate(mine) for mine in reversed(by_candidate.values())]


def in_production(session: Session) -> int | None:
    """The training of the version in production; None where there is none."""
    name = releases_table.aliases(session).get(PRODUCTION)
    version = releases_table.version(session, name) if name else None
    return version.candidate if version else None


def _candidate(events: list[ReleaseEvent]) -> Candidate:
    state, proposal = candidate_state(events), events[0]
    if state is None or not isinstance(proposal, Proposed):
        raise RuntimeError("a candidate without a proposal")
    versions = [event.version for event in events if isinstance(event, Approved)]
    return Candidate(
        number=proposal.candidate,
        state=state,
        version=versions[0] if versions else None,
        proposal=proposal,
        events=tuple(events),
    )
