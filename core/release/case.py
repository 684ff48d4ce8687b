"""One candidate with all that stands for or against it, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from core.access.identity import NOBODY, Role
from core.comparison.caveats import of_evaluation
from core.errors import ConflictError, RefusedError
from core.executions.history import under_way
from core.hints import Command
from core.release import aliases, candidates, openings, review, rules
from core.release.adoption import in_force
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.check import TEST, Check, of_candidate
from core.release.events import (
    PRODUCTION,
    STAGING,
    AliasEvent,
    CanarySet,
    LeakedTest,
    Opened,
    ReleaseEvent,
    RolledBack,
    Tested,
)
from core.release.history import of_alias
from core.release.openings import Opening
from core.release.policy import Policy
from core.release.states import CandidateState
from core.store import Store, models, releases, snapshots
from core.store.releases import Version
from core.store.snapshots import Snapshot


class Action(StrEnum):
    """What can be the next step."""

    OPEN = "open"
    DECIDE = "decide"
    STAGE = "stage"
    SERVE = "serve"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """The next step. ``words``: a verb with its object. ``role``: who may take it; None: nobody has
    to do anything. ``command``: the command that takes it, if there is one.
    """

    action: Action
    words: str
    role: Role | None = None
    command: Command | None = None


WAITING = (CandidateState.PROPOSED, CandidateState.TESTED, CandidateState.APPROVED)
"""States in which somebody has something to do for a candidate."""
NOTHING = Step(Action.NOTHING, "")
AFTER_ROLLBACK = Step(Action.NOTHING, "see where it is worse, then propose another training")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A candidate and all that stands for or against it, as it was when it was read.

    ``budget``: of the sealed test that it would
    be opened on; ``asked``: the opening that has asked or asks it the same. ``opening``: whether
    somebody opens one for it at this moment. ``names``: alias -> version. ``canary``: the one that
    is on, of whatever version.
    """

    candidate: Candidate
    evidence: Check
    policy: Policy
    budget: Budget
    asked: Opening | None
    opening: bool
    production: Version | None
    names: Mapping[str, str]
    canary: CanarySet | None
    moved: AliasEvent | None
    """The last move of production; None before the first."""

    @property
    def number(self) -> int:
        return self.candidate.number

    @property
    def version(self) -> str | None:
        return self.candidate.version

    @property
    def void(self) -> str | None:
        """Why its approval no longer holds; None if it does, or there is none."""
        return rules.void(self.candidate, self.evidence)

    @property
    def rolled_back(self) -> RolledBack | None:
        """How production went back from it, where that was the last that happened to production."""
        last = self.moved
        return last if isinstance(last, RolledBack) and last.before == self.version else None

    @property
    def author(self) -> str | None:
        """Who may not approve it, because they proposed it; None where the policy lets them."""
        return self.candidate.proposal.by if self.policy.four_eyes else None

    @property
    def leaked(self) -> LeakedTest | None:
        """Why the sealed test gave no answer; None if it did, or was not opened."""
        last = openings.last_of(self.candidate)
        end = last.end if last and self._is_of(last.row) else None
        return end if isinstance(end, LeakedTest) else None

    @property
    def answer(self) -> Tested | None:
        """The result of its sealed test against the current production version."""
        return self.asked.result if self.asked else None

    @property
    def on_canary(self) -> bool:
        return self.canary is not None and self.canary.version == self.version

    def against_opening(self) -> RefusedError | None:
        """Against opening this sealed test for it now, or finishing what was cut off."""
        unfinished = self.candidate.unfinished
        if unfinished and self.opening:
            return ConflictError(
                f"{unfinished.by} is opening the sealed test of #{self.number} right now",
                "The result appears as soon as it is ready.",
            )
        if unfinished and self._is_of(unfinished):
            return None
        if self.answer:
            return RefusedError(
                f"#{self.number} has already been tested against the current production version",
                "Testing it again would give the same answer.",
            )
        return rules.against_opening(self.candidate, self.budget)

    def against_staging(self) -> RefusedError | None:
        return rules.against_staging(self.candidate, self.evidence)

    def against_serving(self) -> RefusedError | None:
        """Against giving it to callers now."""
        return rules.against_serving(
            self.candidate,
            self.evidence,
            staged=self.candidate.was_in(STAGING),
            staging_first=self.policy.rules.staging_first,
        )

    def _is_of(self, event: Opened) -> bool:
        return event.snapshot == self.budget.snapshot.digest


def usual_split(session: Session, candidate: Candidate) -> Snapshot:
    """Whose sealed test: the one that was last opened for it, else its training's."""
    last = openings.last_of(candidate)
    model = models.model(session, candidate.number)
    snapshot = last.row.snapshot if last else model and model.snapshot
    split = snapshots.get(session, snapshot) if snapshot else None
    if split is None:
        raise RuntimeError("a candidate without its snapshot")
    return split


def read(store: Store, number: int, split: Snapshot | None = None) -> Case:
    """Everything of a candidate, read in one transaction: production, names and evidence are of one
    moment.

    Args:
        number: of the candidate.
        split: whose sealed test it may be opened on; None: :func:`usual_split`.

    Raises:
        NotFoundError: that execution was never proposed.
    """
    with store.read() as session:
        policy = in_force(session)
        candidate = candidates.find(session, number)
        unfinished = candidate.unfinished
        split = split or usual_split(session, candidate)
        names = releases.aliases(session)
        return Case(
            candidate=candidate,
            evidence=of_candidate(store, session, candidate),
            policy=policy,
            budget=openings.budget(session, split, policy),
            asked=openings.same_question(session, candidate, split),
            opening=unfinished is not None and under_way(session, TEST, "opening", unfinished.id),
            production=releases.version(session, names.get(PRODUCTION, "")),
            names=names,
            canary=aliases.canary_on(session),
            moved=next(reversed(of_alias(session, PRODUCTION)), None),
        )


def history(store: Store, candidate: Candidate) -> list[ReleaseEvent]:
    """What became of it, the latest first; that another version took its place as well."""
    moves = aliases.history(store) if candidate.version else []
    after = [e for e in moves if e.before == candidate.version and e.candidate != candidate.number]
    return sorted([*candidate.events, *after], key=lambda event: -event.id)


def caveats(store: Store, case: Case) -> list[str]:
    """What to know before believing any of it, as sentences; often none."""
    leaked = case.leaked and f"Its sealed test gave no result: {case.leaked.comment}."
    outdated = case.evidence.outdated
    sentences = [why for why in (leaked, outdated) if why]
    if case.candidate.comparison is None:
        sentences += of_evaluation(store, case.evidence.evaluation)
    return [*sentences, *review.caveats(store, case.candidate)]


def next_step(case: Case) -> Step:
    """What may be done next; nothing with what is rejected, or was in production and has been
    replaced.
    """
    state = case.candidate.state
    if case.opening:
        return Step(Action.OPEN, "wait for the result of its sealed test")
    if case.candidate.unfinished is not None:
        return _open(case, "finish opening its sealed test")
    if state in (CandidateState.PROPOSED, CandidateState.TESTED) or case.void:
        return _before_approval(case)
    if case.rolled_back:
        return AFTER_ROLLBACK
    return _after_approval(case) if state == CandidateState.APPROVED else NOTHING


def next_sentence(case: Case) -> str:
    """The next step, who may take it, and by which command."""
    step = next_step(case)
    if not step.words:
        return "Next: nothing; it has been decided."
    if step.role is None:
        return f"Next: {step.words}."
    besides = case.author if step.action == Action.DECIDE else None
    who = f"a {step.role.title}{f' other than {besides}' if besides else ''}"
    return f"Next, by {who}: {step.words}. {step.command or ''}".rstrip()


def _before_approval(case: Case) -> Step:
    if rules.against_approval(case.candidate, case.evidence, NOBODY) is None:
        failed = case.evidence.failed
        override = "reject it, or approve it with a reason although a gate fails"
        words = override if failed else "approve or reject it"
        verb = "reject" if failed else "approve"
        command = Command(f"release {verb}", case.number, comment="…")
        return Step(Action.DECIDE, words, Role.REVIEWER, command)
    if case.leaked or case.against_opening():
        return _open(case, "test it on a newer split, or reject it", on="SNAPSHOT")
    return _open(case, "open its sealed test")


def _open(case: Case, words: str, *, on: str | None = None) -> Step:
    command = Command("release test", case.number, on=on, reason="…")
    return Step(Action.OPEN, words, Role.REVIEWER, command)


def _after_approval(case: Case) -> Step:
    version = case.version
    if case.against_serving() is not None:
        command = Command("alias set", STAGING, version or "")
        return Step(Action.STAGE, f"release {version} to staging", Role.RELEASER, command)
    first = case.production is None or case.on_canary
    words = (
        f"release {version} to production"
        if first
        else f"release {version} to all callers, or first to a share of them"
    )
    command = Command("alias set", PRODUCTION, version or "")
    return Step(Action.SERVE, words, Role.RELEASER, command)
