"""Proposing a candidate, speaking about it, and deciding on it."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.access.authorisation import authorise
from core.access.identity import Role
from core.access.transactions import acting
from core.comparison import compare as comparing
from core.comparison.caveats import caveats as caveats_of
from core.comparison.results import ChurnCounts
from core.errors import ConflictError, GateFailedError, RefusedError
from core.executions import get
from core.executions.purpose import claim
from core.hints import Command, Hint
from core.invisible import is_visible
from core.progress import Progress, silent
from core.release import adoption, candidates, check, history, rules
from core.release.candidates import Candidate
from core.release.check import Check
from core.release.comments import check_comment, require_comment
from core.release.events import Approved, Commented, Proposed, Rejected
from core.release.policy import Policy
from core.store import Store
from core.store import releases as releases_table
from core.training.train import of_execution as model_of

PROPOSE = "propose a candidate"


def propose(
    store: Store, execution: int, *, note: str = "", progress: Progress = silent
) -> Candidate:
    """Propose the model of a training execution for release.

    The evidence is made first: candidate and production are evaluated on the validation split of
    the candidate's snapshot and compared.

    Raises:
        NotFoundError: no such execution, or it made no model.
        RefusedError: it was proposed before, or the actor is not a reviewer.
    """
    check_comment(note)
    model = model_of(store, execution)
    with store.read() as session:
        authorise(session, Role.REVIEWER, to=PROPOSE)
        _require_new(session, execution)
    comparison = check.compare_with_production(store, model, progress)
    with acting(store, Role.REVIEWER, to=PROPOSE) as (session, actor):
        _require_new(session, execution)
        proposed = Proposed(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=execution,
            comment=note.strip(),
            comparison=comparison,
        )
        history.append(session, proposed)
        if get(store, execution).purpose is not None:
            claim(session, execution, by=actor.name)  # no mere retraining or trial any more
    return candidates.get(store, execution)


def require_new(store: Store, execution: int) -> None:
    """Raises RefusedError where the model of that execution was proposed before."""
    with store.read() as session:
        _require_new(session, execution)


def comment(store: Store, candidate: int, *, text: str) -> Candidate:
    """Say something about a candidate, in whatever state it is.

    Raises:
        InputError: the comment is empty or too long.
    """
    require_comment(text, "comment on")
    with acting(store, Role.REVIEWER, to="comment on a candidate") as (session, actor):
        candidates.find(session, candidate)
        commented = Commented(
            at=datetime.now(UTC), by=actor.name, candidate=candidate, comment=text.strip()
        )
        history.append(session, commented)
    return candidates.get(store, candidate)


def approve(
    store: Store, candidate: int, *, comment: str, seen: str | None = None, override: str = ""
) -> Candidate:
    """Approve a candidate on its evidence; the first approval gives it its version.

    An approval whose evidence has changed since is void; then it can be approved again.

    Args:
        seen: digest of the evidence that was looked at; None: whatever it is now.
        override: why it may go out although a gate fails.

    Raises:
        RefusedError: the policy wants its test opened first, or somebody else to review it, or
            the evidence is not about the current production version.
        ConflictError: it is decided already, or its evidence is another one than ``seen``.
        GateFailedError: a gate fails and ``override`` is empty.
    """
    history.require_people()
    require_comment(comment, "approve")
    check_comment(override)
    with acting(store, Role.REVIEWER, to="approve a candidate") as (session, actor):
        proposed = candidates.find(session, candidate)
        evidence = check.of_candidate(store, session, proposed)
        if refusal := rules.against_approval(proposed, evidence, actor):
            raise refusal
        _require_same(proposed, evidence, seen)
        _require_gates(proposed, evidence, override)
        now = datetime.now(UTC)
        approved = Approved(
            at=now,
            by=actor.name,
            candidate=candidate,
            comment=comment.strip(),
            version=proposed.version
            or releases_table.next_version(session, at=now, candidate=candidate),
            comparison=evidence.comparison.execution if evidence.comparison else None,
            shown=evidence.digest,
            policy=evidence.policy.recorded,
            override=override.strip() if evidence.failed else None,
        )
        history.append(session, approved)
    return candidates.get(store, candidate)


def reject(store: Store, candidate: int, *, comment: str, seen: str | None = None) -> Candidate:
    """Reject a candidate, for good: a new training makes a new one.

    Raises:
        ConflictError: it is decided already, or its evidence is another one than ``seen``.
    """
    history.require_people()
    require_comment(comment, "reject")
    with acting(store, Role.REVIEWER, to="reject a candidate") as (session, actor):
        proposed = candidates.find(session, candidate)
        evidence = check.of_candidate(store, session, proposed)
        if refusal := rules.against_rejection(proposed, evidence):
            raise refusal
        _require_same(proposed, evidence, seen)
        rejected = Rejected(
            at=datetime.now(UTC),
            by=actor.name,
            candidate=candidate,
            comment=comment.strip(),
            comparison=proposed.comparison,
            shown=evidence.digest,
            policy=evidence.policy.recorded,
        )
        history.append(session, rejected)
    return candidates.get(store, candidate)


def caveats(store: Store, candidate: Candidate) -> list[str]:
    """What a reviewer must know before believing the evidence, as sentences; often none."""
    if candidate.comparison is None:
        return ["There was no production version to compare with."]
    comparison = comparing.of_execution(store, candidate.comparison)
    sentences = caveats_of(store, comparison)
    if candidate.result is not None:
        summary = comparing.summary_of(store, comparison)
        if summary.churn is not None:
            sentences += _disagreement(summary.churn, summary.posts, adoption.read_policy(store))
    return sentences


def _disagreement(churn: ChurnCounts, posts: int, policy: Policy) -> list[str]:
    """The budget of a test counts with so much, see :class:`core.stats.testset.Promise`."""
    seen, promised = (churn.fixed + churn.broken) / posts, policy.rules.disagreement
    if seen <= promised:
        return []
    said = (
        f"On {seen:.1%} of the posts exactly one of the two models is right. The test budget"
        f" assumes at most {promised:.1%} ([test_budget] disagreement), so its tolerance of"
        f" ±{policy.rules.epsilon:g} is not guaranteed for this answer."
    )
    return [said]


def _require_new(session: Session, execution: int) -> None:
    if history.of_candidate(session, execution):
        raise RefusedError(
            rules.already(candidates.find(session, execution)),
            Hint("Propose another training.", Command("release propose", "EXECUTION")),
        )


def _require_same(candidate: Candidate, evidence: Check, seen: str | None) -> None:
    if seen is not None and seen != evidence.digest:
        raise ConflictError(
            f"The evidence of #{candidate.number} has changed since you looked",
            Hint("Look at it again, then decide.", Command("release show", candidate.number)),
        )


def _require_gates(candidate: Candidate, evidence: Check, override: str) -> None:
    if evidence.failed and not is_visible(override):
        names = ", ".join(gate.name for gate in evidence.failed)
        raise GateFailedError(
            f"#{candidate.number} fails {names}",
            "Reject it, or give a reason with --override. The override stays on record.",
        )
