"""What may be done with a candidate in each state, and what is said where it may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import cast

import pytest

from core.access.identity import Actor, Way
from core.errors import ConflictError, GateFailedError, RefusedError
from core.release import rules
from core.release.budget import Budget, budget_of
from core.release.candidates import Candidate
from core.release.check import Check
from core.release.events import ReleaseEvent
from core.release.policy import Policy, parse
from core.release.states import CandidateState, candidate_state
from core.store.models import Evaluation
from tests.factories import CAREFUL, LENIENT, make_event, make_snapshot

BOB = Actor("bob", Way.LOCAL)
SEEN = "d" * 64
SPLIT = "ab" * 32
HAPPENED: dict[str, Callable[[], ReleaseEvent]] = {
    "proposed": lambda: make_event("proposed", by="ada"),
    "commented": lambda: make_event("commented"),
    "opened": lambda: make_event("opened", by="ada", snapshot=SPLIT),
    "refused": lambda: make_event("refused", snapshot=SPLIT),
    "tested": lambda: make_event("tested", snapshot=SPLIT, verdict="pass"),
    "approved": lambda: make_event("approved", by="bob", version="1", shown=SEEN),
    "rejected": lambda: make_event("rejected", by="bob"),
    "staging": lambda: make_event("released", by="cy", alias="staging", version="1"),
    "canary": lambda: make_event("canary", by="cy", alias="canary", version="1", share=0.1),
    "production": lambda: make_event("released", by="cy", alias="production", version="1"),
}


def candidate(history: str) -> Candidate:
    """Number 7, to whom that happened, told apart by commas."""
    numbers, events, opening = count(1), [], 0
    for what in history.split(", "):
        event = replace(HAPPENED[what](), id=next(numbers))
        opening = event.id if what == "opened" else opening
        ends = what in ("tested", "refused")
        events.append(replace(event, opening=opening) if ends else event)
    state = candidate_state(events)
    assert state is not None
    version = "1" if any(event.kind == "approved" for event in events) else None
    return Candidate(
        number=7, state=state, version=version, proposal=events[0], events=tuple(events)
    )


def evidence(*, digest: str = SEEN, outdated: str | None = None, policy: str = LENIENT) -> Check:
    return Check(
        candidate=7,
        evaluation=cast("Evaluation", None),  # the rules do not look into it
        comparison=None,
        policy=parse(policy.encode()),
        gates=(),
        outdated=outdated,
        digest=digest,
    )


CHANGED = evidence(digest="e" * 64)
MOVED = evidence(digest="e" * 64, outdated="Production has changed since.")


def budget(policy: Policy | None = None) -> Budget:
    return budget_of([], make_snapshot(), policy or parse(CAREFUL.encode()))


def allowed(found: Candidate, shown: Check) -> set[str]:
    answers = {
        "open": rules.against_opening(found, budget()),
        "approve": rules.against_approval(found, shown, BOB),
        "reject": rules.against_rejection(found, shown),
        "stage": rules.against_staging(found, shown),
        "serve": rules.against_serving(found, shown, staged=False, staging_first=True),
        "serve once staged": rules.against_serving(found, shown, staged=True, staging_first=True),
        "serve unstaged": rules.against_serving(found, shown, staged=False, staging_first=False),
    }
    assert all(isinstance(answer, RefusedError | None) for answer in answers.values())
    return {name for name, answer in answers.items() if answer is None}


DECIDE = {"open", "approve", "reject"}
GO_OUT = {"stage", "serve once staged", "serve unstaged"}
ANYTHING_OUT = GO_OUT | {"serve"}


@pytest.mark.parametrize(
    ("history", "unchanged", "changed"),
    [
        ("proposed", DECIDE, DECIDE),
        ("proposed, commented", DECIDE, DECIDE),
        ("proposed, opened", set(), set()),
        ("proposed, opened, refused", DECIDE, DECIDE),
        ("proposed, opened, tested", DECIDE, DECIDE),
        ("proposed, opened, tested, opened", set(), set()),
        ("proposed, opened, tested, commented", DECIDE, DECIDE),
        ("proposed, approved", {"open"} | GO_OUT, DECIDE),
        ("proposed, approved, commented", {"open"} | GO_OUT, DECIDE),
        ("proposed, approved, staging", {"open"} | GO_OUT, DECIDE),
        ("proposed, approved, staging, canary", {"open"} | GO_OUT, DECIDE),
        ("proposed, approved, opened", GO_OUT, set()),
        ("proposed, approved, opened, refused", {"open"} | GO_OUT, DECIDE),
        ("proposed, approved, opened, tested", DECIDE, DECIDE),
        ("proposed, approved, opened, tested, approved", {"open"} | GO_OUT, DECIDE),
        ("proposed, rejected", set(), set()),
        ("proposed, approved, rejected", set(), set()),
        ("proposed, opened, tested, rejected, commented", set(), set()),
        ("proposed, approved, production", ANYTHING_OUT, ANYTHING_OUT),
        ("proposed, approved, staging, production", ANYTHING_OUT, ANYTHING_OUT),
        ("proposed, approved, opened, production", ANYTHING_OUT, ANYTHING_OUT),
    ],
)
def test_what_is_allowed_follows_from_what_happened_and_from_the_evidence(
    history: str, unchanged: set[str], changed: set[str]
) -> None:
    found = candidate(history)
    assert allowed(found, evidence()) == unchanged
    assert allowed(found, CHANGED) == changed
    # Evidence that tells nothing of production, or none, approves nothing.
    assert allowed(found, MOVED) == changed - {"approve"}


def test_every_state_is_in_the_table() -> None:
    (table,) = test_what_is_allowed_follows_from_what_happened_and_from_the_evidence.pytestmark
    assert {candidate(history).state for history, *_ in table.args[1]} == set(CandidateState)


@pytest.mark.parametrize("decided", ["rejected", "approved, production"])
def test_a_decided_candidate_is_not_tested(decided: str) -> None:
    refusal = rules.against_opening(candidate(f"proposed, {decided}"), budget())
    assert isinstance(refusal, ConflictError)
    assert "Candidate #7 was already re" in refusal.reason


def test_an_unfinished_opening_names_its_split_and_how_to_finish_it() -> None:
    refusal = rules.against_opening(candidate("proposed, opened"), budget())
    assert isinstance(refusal, ConflictError)
    assert "an unfinished opening" in refusal.reason
    assert f"signoff release test 7 --on {SPLIT[:12]}" in str(refusal.hint)


def test_a_closed_split_is_refused_with_its_remedy() -> None:
    spent = replace(budget(), used=5)
    refusal = rules.against_opening(candidate("proposed"), spent)
    assert refusal is not None
    assert refusal.reason == "The test split of small is spent: 5 uses of 5"
    assert refusal.hint == spent.hint
    assert refusal.hint.text.startswith("Import newer posts")
    assert not isinstance(refusal, ConflictError)


@pytest.mark.parametrize("history", ["proposed", "proposed, opened, refused"])
def test_approving_wants_the_test_opened_where_the_policy_does(history: str) -> None:
    shown = evidence(policy=CAREFUL)
    refusal = rules.against_approval(candidate(history), shown, BOB)
    assert refusal is not None
    assert "requires the sealed test of #7" in refusal.reason
    assert "signoff release test 7 --reason" in str(refusal.hint)
    tested = candidate(f"{history}, opened, tested")
    assert rules.against_approval(tested, shown, BOB) is None


def test_approving_takes_somebody_else_unless_the_team_is_of_one() -> None:
    tested = candidate("proposed, opened, tested")
    ada = Actor("ada", Way.LOCAL)
    refusal = rules.against_approval(tested, evidence(policy=CAREFUL), ada)
    assert refusal is not None
    assert refusal.reason == "ada proposed #7, so somebody else must approve it"
    alone = evidence(policy=CAREFUL.replace("false", "true"))
    assert rules.against_approval(tested, alone, ada) is None
    assert rules.against_approval(tested, evidence(), ada) is None  # it asks for no review
    assert rules.against_rejection(tested, evidence(policy=CAREFUL)) is None  # taking back is free


def test_evidence_that_tells_nothing_of_production_approves_nothing() -> None:
    refusal = rules.against_approval(candidate("proposed"), MOVED, BOB)
    assert refusal is not None
    assert refusal.reason == "Production has changed since"
    assert "signoff release test 7" in str(refusal.hint)


@pytest.mark.parametrize(
    ("shown", "because"),
    [
        (CHANGED, "the policy or the evidence has changed"),
        (MOVED, "production has changed"),
    ],
)
def test_an_approval_is_void_once_its_evidence_has_changed(shown: Check, because: str) -> None:
    approved = candidate("proposed, approved")
    said = f"The approval of #7 is void: {because} since."
    assert rules.void(approved, shown) == said
    refusal = rules.against_staging(approved, shown)
    assert refusal is not None
    assert refusal.reason == said.rstrip(".")
    assert rules.void(approved, evidence()) is None


@pytest.mark.parametrize(
    "history", ["proposed", "proposed, approved, rejected", "proposed, approved, production"]
)
def test_what_is_not_approved_has_no_approval_to_be_void(history: str) -> None:
    assert rules.void(candidate(history), CHANGED) is None


def test_callers_get_what_was_in_staging_or_in_production_before() -> None:
    approved = candidate("proposed, approved")
    refusal = rules.against_serving(approved, evidence(), staged=False, staging_first=True)
    assert refusal is not None
    assert refusal.reason == "1 has not been in staging, which the policy requires first"
    assert str(refusal.hint) == "Release it to staging: signoff alias set staging 1"
    back = candidate("proposed, approved, production")
    assert rules.against_serving(back, CHANGED, staged=False, staging_first=True) is None


@pytest.mark.parametrize("history", ["proposed", "proposed, opened, tested", "proposed, rejected"])
def test_only_what_is_approved_goes_out(history: str) -> None:
    refusal = rules.against_staging(candidate(history), evidence())
    assert refusal is not None
    assert f"#7 is {candidate(history).state}, not approved" in refusal.reason
    assert not isinstance(refusal, GateFailedError)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("proposed, commented", "was already proposed by ada"),
        ("proposed, rejected, commented", "was already rejected by bob"),
        ("proposed, approved, staging, canary", "was already approved by bob"),
        ("proposed, approved, staging, production", "was already released by cy"),
        ("proposed, approved, opened, production, tested", "was already released by cy"),
        ("proposed, opened, refused", "was already proposed by ada"),
    ],
)
def test_whoever_brought_it_to_its_state_is_named(history: str, said: str) -> None:
    assert said in rules.already(candidate(history))


def test_a_moment_is_told_with_the_state() -> None:
    moment = datetime(2026, 5, 31, 9, 30, tzinfo=UTC)
    found = candidate("proposed")
    found = replace(found, events=(replace(found.proposal, at=moment),))
    assert rules.already(found).endswith("on 2026-05-31 09:30 UTC")


def test_a_test_opened_by_a_laxer_policy_does_not_pass_the_one_in_force() -> None:
    tested = candidate("proposed, opened, tested")
    shown = replace(evidence(policy=CAREFUL), leaked=0.7)
    refusal = rules.against_approval(tested, shown, BOB)
    assert refusal is not None
    assert refusal.reason.startswith("70.0% of the sealed test of #7 resembles posts")
    limit = shown.policy.rules.near_duplicates
    assert rules.against_approval(tested, replace(shown, leaked=limit), BOB) is None
