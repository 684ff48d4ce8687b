"""One candidate as the pages tell of it: where it stands, what comes next, and who may do that."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import ConflictError, RefusedError
from core.evaluation.history import Training
from core.executions.history import running
from core.identity import NOBODY, Role
from core.release import aliases, openings, rules
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.check import REVIEW, Check, of_candidate
from core.release.events import PRODUCTION, STAGING, Kind, State
from core.release.policy import Policy, read_policy
from core.snapshots import find
from core.store.releases import EventRecord, Version
from core.store.snapshots import Snapshot
from dashboard import data


class Action(StrEnum):
    """What a page offers as the next step."""

    OPEN = "open"
    DECIDE = "decide"
    STAGE = "stage"
    SERVE = "serve"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """The next step. ``words``: a verb with its object; ``role``: what it takes, None: no one's."""

    action: Action
    words: str
    role: Role | None = None


WAITING = (State.PROPOSED, State.TESTED, State.APPROVED)
"""States in which somebody has something to do for a candidate."""
NOTHING = Step(Action.NOTHING, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A candidate and all that stands for or against it, read once a run.

    ``evidence``: None where an older Signoff made it. ``budget``: of the sealed test that it would
    be opened on. ``opening``: whether somebody opens one for it at this moment. ``names``: alias
    -> version. ``canary``: the one that is on, of whatever version.
    """

    candidate: Candidate
    training: Training
    evidence: Check | None
    policy: Policy
    budget: Budget
    opening: bool
    production: Version | None
    names: Mapping[str, str]
    canary: EventRecord | None

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
    def author(self) -> str | None:
        """Who may not approve it, because they proposed it; None where the policy lets them."""
        limit = self.policy.limit(REVIEW)
        return self.candidate.proposal.by if limit and not limit.value else None

    @property
    def refused(self) -> EventRecord | None:
        """Why the sealed test gave no answer; None if it did, or was not opened."""
        last = openings.last_of(self.candidate)
        if last is None or last.state != "refused" or not self._is_of(last.row):
            return None
        return last.end

    @property
    def answer(self) -> EventRecord | None:
        """What the sealed test has said of it against the production of now."""
        serving = self.production.candidate if self.production else None
        baseline = None if serving == self.number else serving
        results = [e for e in self.candidate.events if e.kind == Kind.TESTED and self._is_of(e)]
        return next((e for e in reversed(results) if e.baseline == baseline), None)

    @property
    def on_canary(self) -> bool:
        return self.canary is not None and self.canary.version == self.version

    @property
    def history(self) -> list[EventRecord]:
        """What became of it, the latest first; that another version took its place as well."""
        moves = aliases.history(data.store()) if self.version else []
        after = [e for e in moves if e.before == self.version and e.candidate != self.number]
        return sorted([*self.candidate.events, *after], key=lambda event: -event.id)

    def moved_to(self, alias: str) -> bool:
        """Whether its version was ever given to ``alias``."""
        return any(e.alias == alias and e.version == self.version for e in self.candidate.events)

    def against_opening(self) -> RefusedError | None:
        """Against opening this sealed test for it now, or finishing what was cut off."""
        unfinished = self.candidate.unfinished
        if unfinished and self.opening:
            return ConflictError(
                f"{unfinished.by} opens the sealed test of #{self.number} at this moment",
                "The result comes on its own.",
            )
        if unfinished and self._is_of(unfinished):
            return None
        if self.answer:
            return RefusedError(
                f"It has answered for #{self.number} against the production of now",
                "The same question gives the same answer, and needs no new look.",
            )
        return rules.against_opening(self.candidate, self.budget)

    def against_staging(self) -> RefusedError | None:
        return rules.against_staging(self.candidate, self.evidence)

    def against_serving(self) -> RefusedError | None:
        """Against giving it to callers now."""
        return rules.against_serving(
            self.candidate,
            self.evidence,
            staged=self.moved_to(STAGING),
            staging_first=self.policy.rules.staging_first,
        )

    def _is_of(self, event: EventRecord) -> bool:
        return event.snapshot == self.budget.snapshot.digest


def usual_split(candidate: Candidate, training: Training) -> Snapshot:
    """Whose sealed test: the one that was last opened for it, else that of its training."""
    last = openings.last_of(candidate)
    return find(data.store(), last.row.snapshot or "") if last else training.snapshot


def read(candidate: Candidate, training: Training, split: Snapshot) -> Case:
    """Everything of a candidate as it is now; ``split``: whose sealed test it may be opened on."""
    store = data.store()
    policy = read_policy(store.home)
    unfinished = candidate.unfinished
    return Case(
        candidate=candidate,
        training=training,
        evidence=of_candidate(store, candidate),
        policy=policy,
        budget=openings.budget(store, split, policy),
        opening=unfinished is not None and running(store, openings.STEP, "opening", unfinished.id),
        production=aliases.version_of(store, PRODUCTION),
        names=aliases.current(store),
        canary=aliases.canary(store),
    )


def next_step(case: Case) -> Step:
    """What may be done next; nothing with what is rejected, or was in production."""
    state = case.candidate.state
    if case.candidate.unfinished is not None:
        if case.opening:
            return Step(Action.OPEN, "wait for the answer of its sealed test")
        return Step(Action.OPEN, "finish opening its sealed test", Role.REVIEWER)
    if state in (State.PROPOSED, State.TESTED) or case.void:
        return _before_approval(case)
    return _after_approval(case) if state == State.APPROVED else NOTHING


def _before_approval(case: Case) -> Step:
    if rules.against_approval(case.candidate, case.evidence, NOBODY) is None:
        failed = case.evidence is not None and case.evidence.failed
        because = ", or approve it and say why although a gate fails"
        words = f"reject it{because}" if failed else "approve or reject it"
        return Step(Action.DECIDE, words, Role.REVIEWER)
    if case.refused or case.against_opening():
        return Step(Action.OPEN, "test it on a newer split, or reject it", Role.REVIEWER)
    return Step(Action.OPEN, "open its sealed test", Role.REVIEWER)


def _after_approval(case: Case) -> Step:
    if case.against_serving() is not None:
        return Step(Action.STAGE, f"release {case.version} to staging", Role.RELEASER)
    first = case.production is None or case.on_canary
    words = "" if first else ", to a share of the callers first or to all of them"
    return Step(Action.SERVE, f"release {case.version} to production{words}", Role.RELEASER)
