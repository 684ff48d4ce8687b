"""Proposing a candidate, and the decision on it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.comparison import compare as comparing
from core.comparison.compare import Pair
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.evaluation import evaluate as evaluating
from core.progress import Progress, silent
from core.release import audit
from core.release.events import Kind, State, candidate_state
from core.snapshots import find
from core.store import Store
from core.store import releases as table
from core.store.models import Model
from core.store.releases import EventRecord
from core.training.train import of_execution as model_of

PRODUCTION = "production"
MAX_COMMENT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A training execution that was proposed, and what became of it."""

    number: int
    state: State
    version: str | None
    proposal: EventRecord
    """Its ``comparison`` is the evidence: None where there was no production to compare with."""
    events: tuple[EventRecord, ...]


def propose(
    store: Store, execution: int, *, by: str, note: str = "", progress: Progress = silent
) -> Candidate:
    """Propose the model of a training execution for release.

    The evidence is made first: candidate and production are evaluated on the validation split of
    the candidate's snapshot and compared.

    Raises:
        NotFoundError: no such execution, or it made no model.
        RefusedError: it was proposed before.
    """
    _check_comment(note)
    model = model_of(store, execution)
    with store.read() as session:
        _require(session, execution, None)
    comparison = evidence(store, model, progress)
    with store.write() as session:
        _require(session, execution, None)
        event = _event(Kind.PROPOSED, execution, by=by, comment=note, comparison=comparison)
        audit.append(session, event)
    return get(store, execution)


def approve(store: Store, candidate: int, *, by: str, comment: str) -> Candidate:
    """Approve a proposed candidate; it gets its version.

    Raises:
        RefusedError: it is not waiting for review, or there is no comment.
    """
    _require_comment(comment, "approve")
    with store.write() as session:
        proposal = _require(session, candidate, State.PROPOSED)
        now = datetime.now(UTC)
        version = table.next_version(session, at=now, candidate=candidate)
        event = _event(
            Kind.APPROVED,
            candidate,
            by=by,
            at=now,
            comment=comment,
            version=version,
            comparison=proposal,
        )
        audit.append(session, event)
    return get(store, candidate)


def reject(store: Store, candidate: int, *, by: str, comment: str) -> Candidate:
    """Reject a proposed candidate, for good: a new training makes a new candidate.

    Raises:
        RefusedError: it is not waiting for review, or there is no comment.
    """
    _require_comment(comment, "reject")
    with store.write() as session:
        proposal = _require(session, candidate, State.PROPOSED)
        event = _event(Kind.REJECTED, candidate, by=by, comment=comment, comparison=proposal)
        audit.append(session, event)
    return get(store, candidate)


def caveats(store: Store, candidate: Candidate) -> list[str]:
    """What a reviewer must know before believing the evidence, as sentences; often none."""
    if candidate.proposal.comparison is None:
        return ["There was no production version to compare with when it was proposed."]
    evidence = comparing.of_execution(store, candidate.proposal.comparison)
    found = comparing.caveats(store, evidence)
    with store.read() as session:
        name = table.aliases(session).get(PRODUCTION)
        version = table.version(session, name) if name else None
    baseline = evaluating.of_execution(store, evidence.baseline).model_execution
    if candidate.state == State.PROPOSED and version and version.candidate != baseline:
        found.append(
            f"Production has moved since it was proposed: the evidence compares with #{baseline},"
            f" production is #{version.candidate} now. Compare the two before you decide."
        )
    return found


def get(store: Store, number: int) -> Candidate:
    """One candidate.

    Raises:
        NotFoundError: that execution was never proposed.
    """
    with store.read() as session:
        events = table.events(session, candidate=number)
    if not events:
        raise NotFoundError(
            f"There is no candidate #{number}",
            "`signoff release list` shows those there are; `signoff release propose EXECUTION`"
            " makes one.",
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


def evidence(store: Store, model: Model, progress: Progress) -> int | None:
    """Compare with production on the candidate's validation split; the comparison's execution."""
    snapshot = find(store, model.snapshot)
    candidate = evaluating.evaluate(store, model, snapshot, progress=progress)
    with store.read() as session:
        production = table.aliases(session).get(PRODUCTION)
        version = table.version(session, production) if production else None
    if version is None or version.candidate == model.execution:
        return None
    production_model = model_of(store, version.candidate)
    baseline = evaluating.evaluate(store, production_model, snapshot, progress=progress)
    return comparing.compare(store, Pair(baseline, candidate)).execution


def _require(session: Session, candidate: int, wanted: State | None) -> int | None:
    """Refuse unless the candidate is in that state; the comparison it was proposed with."""
    events = table.events(session, candidate=candidate)
    state = candidate_state(events)
    if state == wanted:
        return events[0].comparison if events else None
    if state is None:
        raise NotFoundError(
            f"There is no candidate #{candidate}",
            f"Propose it first: signoff release propose {candidate}.",
        )
    last = next(e for e in reversed(events) if e.kind != Kind.ROLLED_BACK)
    said = f"Candidate #{candidate} is {state} already, by {last.by} at {last.at:%Y-%m-%d %H:%M}"
    if wanted is None:
        raise RefusedError(said, "Propose another training: signoff train, then release propose.")
    raise ConflictError(said, f"Look again before you decide: signoff release show {candidate}.")


def _event(
    kind: Kind,
    candidate: int,
    *,
    by: str,
    comment: str,
    comparison: int | None,
    at: datetime | None = None,
    version: str | None = None,
) -> EventRecord:
    return EventRecord(
        kind=kind,
        at=at or datetime.now(UTC),
        by=by,
        candidate=candidate,
        comment=comment.strip(),
        version=version,
        comparison=comparison,
    )


def _require_comment(comment: str, verb: str) -> None:
    if not comment.strip():
        raise InputError(
            f"Say why you {verb} it", "The comment stays in the history: give one sentence."
        )
    _check_comment(comment)


def _check_comment(comment: str) -> None:
    if len(comment) > MAX_COMMENT:
        raise InputError(
            f"The comment has {len(comment):,} characters", f"Keep it to {MAX_COMMENT:,}."
        )
