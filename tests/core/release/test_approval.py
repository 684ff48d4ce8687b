"""An approval rests on the evidence that was looked at, by somebody else, and lasts as long."""

from collections.abc import Callable

import pytest

from core import audit
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.errors import ConflictError, GateFailedError, InputError, NotFoundError, RefusedError
from core.release import aliases, candidates
from core.release.candidates import Candidate
from core.release.check import Check
from core.release.comments import MAX_COMMENT
from core.release.openings import open_test
from core.release.policy import FILE
from core.release.review import approve, comment, propose, reject
from core.snapshots import find
from core.store import Store
from core.training.train import train
from tests.commands import assert_refused, race, signoff
from tests.core.release.conftest import Ready
from tests.decisions import check_of
from tests.factories import CAREFUL, QUICK, by, set_policy

CHANGED = CAREFUL + "# one more remark\n"
STRICT = CAREFUL + "[minimum_metric]\np_at_1_mean = 1\n[maximum_calibration_error]\nece = 0\n"
"""Two gates that the candidate fails."""
Decide = Callable[..., Candidate]


def shown(store: Store) -> Check:
    return check_of(store, 5)


def untouched(store: Store) -> tuple[object, ...]:
    """All that a decision could have changed."""
    return (candidates.listing(store), aliases.versions(store), aliases.current(store))


def move_production(store: Store) -> None:
    """Another candidate is tested, approved and released meanwhile."""
    number = train(
        store, find(store, "small"), model="fasttext", params=QUICK, seed=3, threads=1
    ).execution
    propose(store, number)
    open_test(store, number, reason="faster")
    with by("bob"):
        version = str(approve(store, number, comment="fine").version)
        for alias in ("staging", "production"):
            aliases.move(store, alias, version, expected=aliases.current(store).get(alias))


def test_an_approval_says_on_which_evidence(tested: Store) -> None:
    seen = shown(tested)
    with by("bob"):
        found = approve(tested, 5, comment=" better ", seen=seen.digest)
    event = found.events[-1]
    assert (event.kind, event.by, event.comment) == ("approved", "bob", "better")
    assert event.shown == seen.digest
    assert seen.comparison is not None
    assert event.comparison == seen.comparison.execution
    assert event.override is None
    assert shown(tested).digest == seen.digest  # approving changes no evidence
    assert audit.verify(tested).broken is None


@pytest.mark.parametrize("decide", [approve, reject])
def test_a_policy_that_was_edited_since_the_look_is_a_conflict(
    tested: Store, decide: Decide
) -> None:
    seen = shown(tested).digest
    set_policy(tested, CHANGED)
    before = untouched(tested)
    with by("bob"), pytest.raises(ConflictError, match="has changed since you looked") as caught:
        decide(tested, 5, comment="sure", seen=seen)
    assert "signoff release show 5" in str(caught.value.hint)
    assert untouched(tested) == before
    with by("bob"):
        decide(tested, 5, comment="sure", seen=shown(tested).digest)


@pytest.mark.slow
def test_production_that_moved_since_the_look_must_be_compared_with_first(tested: Store) -> None:
    seen = shown(tested).digest
    move_production(tested)
    before = untouched(tested)
    for digest in (seen, shown(tested).digest, None):
        with by("bob"), pytest.raises(RefusedError, match="Production has changed since") as caught:
            approve(tested, 5, comment="fine", seen=digest)
        assert "signoff release test 5" in str(caught.value.hint)
    assert untouched(tested) == before
    open_test(tested, 5, reason="against that")
    with by("bob"):
        assert approve(tested, 5, comment="fine").state == "approved"


def test_a_comment_changes_no_evidence(tested: Store, ready: Ready) -> None:
    before = shown(tested).digest
    assert before == ready.shown
    found = comment(tested, 5, text=" the tail looks odd ")
    assert (found.state, found.events[-1].comment) == ("tested", "the tail looks odd")
    assert shown(tested).digest == before


def out(store: Store, version: str) -> list[Callable[[], object]]:
    """Every way in which a version goes out."""
    now = aliases.current(store)
    return [
        lambda: aliases.move(store, "staging", version, expected=now["staging"]),
        lambda: aliases.move(store, "production", version, expected=now["production"]),
        lambda: aliases.move(store, "beta", version, expected=None),
        lambda: aliases.set_canary(store, version, share=0.1),
    ]


def test_an_approval_is_void_once_the_policy_has_changed_and_can_be_given_again(
    approved: Store, ready: Ready
) -> None:
    version = ready.versions[1]
    set_policy(approved, CHANGED)
    before = untouched(approved)
    for go in out(approved, version):
        with pytest.raises(RefusedError, match="approval of #5 is void: the policy"):
            go()
    assert untouched(approved) == before
    with by("cy"):
        again = approve(approved, 5, comment="still fine")
    assert (again.state, again.version) == ("approved", version)
    assert len(aliases.versions(approved)) == 2
    aliases.move(approved, "staging", version, expected=ready.versions[0])
    aliases.move(approved, "production", version, expected=ready.versions[0])
    assert candidates.get(approved, 5).state == "released"
    assert audit.verify(approved).broken is None


def test_the_policy_put_back_makes_the_approval_hold_again(approved: Store, ready: Ready) -> None:
    set_policy(approved, CHANGED)
    set_policy(approved, CAREFUL)
    aliases.move(approved, "staging", ready.versions[1], expected=ready.versions[0])


def test_an_approval_is_void_once_production_has_moved(approved: Store, ready: Ready) -> None:
    move_production(approved)
    for go in out(approved, ready.versions[1]):
        with pytest.raises(RefusedError, match="void: production has changed since"):
            go()
    with by("bob"):
        assert reject(approved, 5, comment="too late").state == "rejected"


@pytest.mark.slow
def test_a_new_test_takes_the_approval_back(approved: Store, ready: Ready) -> None:
    move_production(approved)
    assert open_test(approved, 5, reason="anew").state == "tested"
    with pytest.raises(RefusedError, match="#5 is tested, not approved"):
        aliases.move(approved, "beta", ready.versions[1], expected=None)
    with by("bob"):
        assert approve(approved, 5, comment="fine").version == ready.versions[1]


def test_what_is_approved_is_not_decided_again_while_that_holds(approved: Store) -> None:
    for decide in (approve, reject):
        with by("cy"), pytest.raises(ConflictError, match="#5 was already approved by bob"):
            decide(approved, 5, comment="sure")


def test_a_failed_gate_stops_an_approval_and_only_a_reason_overrules_it(tested: Store) -> None:
    set_policy(tested, STRICT)
    before = untouched(tested)
    failed = [gate.name for gate in shown(tested).failed]
    assert failed == ["minimum_metric.p_at_1_mean", "maximum_calibration_error"]
    for override in ("", " \n", "\u200b\ufe0f"):
        with by("bob"), pytest.raises(GateFailedError) as caught:
            approve(tested, 5, comment="fine", override=override)
        assert caught.value.reason == f"#5 fails {', '.join(failed)}"
        assert caught.value.exit_code == 3
    with by("bob"), pytest.raises(InputError, match="2,001 characters"):
        approve(tested, 5, comment="fine", override="x" * (MAX_COMMENT + 1))
    assert untouched(tested) == before
    with by("bob"):
        found = approve(tested, 5, comment="fine", override=" the old one is down ")
    event = found.events[-1]
    assert event.override == "the old one is down"
    assert "overriding a failed gate" in str(event)
    assert "Override: “the old one is down”" in str(event)
    aliases.move(tested, "staging", str(found.version), expected=aliases.current(tested)["staging"])


def test_a_gate_that_fails_does_not_stop_a_rejection(tested: Store) -> None:
    set_policy(tested, STRICT)
    with by("bob"):
        assert reject(tested, 5, comment="as the gates say").state == "rejected"


def test_a_reason_where_nothing_fails_marks_nothing(tested: Store) -> None:
    with by("bob"):
        found = approve(tested, 5, comment="fine", override="to be safe")
    assert found.events[-1].override is None
    assert "overriding" not in str(found.events[-1])


def test_nobody_approves_what_they_proposed_unless_they_are_a_team_of_one(tested: Store) -> None:
    before = untouched(tested)
    with pytest.raises(RefusedError, match="ada proposed #5, so somebody else must approve it"):
        approve(tested, 5, comment="mine", override="mine")
    assert untouched(tested) == before
    set_policy(tested, CAREFUL.replace("false", "true"))
    assert approve(tested, 5, comment="mine").state == "approved"


def test_without_its_test_nobody_approves(proposed: Store) -> None:
    before = untouched(proposed)
    with by("bob"), pytest.raises(RefusedError, match="requires the sealed test of #5"):
        approve(proposed, 5, comment="fine", override="urgent")
    assert untouched(proposed) == before


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_COMMENT + 1)])
def test_a_comment_says_something_of_reasonable_length(proposed: Store, text: str) -> None:
    before = untouched(proposed)
    with pytest.raises(InputError, match=r"Say why|characters"):
        comment(proposed, 5, text=text)
    with pytest.raises(NotFoundError, match="no candidate #6"):
        comment(proposed, 6, text="what is it")
    assert untouched(proposed) == before


def test_what_is_decided_may_still_be_spoken_about(approved: Store) -> None:
    with by("cy"):
        found = comment(approved, 3, text="it served us well")
    assert (found.state, found.events[-1].by) == ("released", "cy")


@pytest.mark.slow
def test_of_reviewers_who_decide_at_once_exactly_one_does(tested: Store) -> None:
    prepare = """
import sys
from core.errors import ConflictError
from core.release.review import approve, reject
from core.settings import settings
from core.store import open_store
from tests.factories import by
store, me = open_store(settings().home), int(sys.argv[1])"""
    act = """
with by(f"reviewer{me}"):
    try:
        print([approve, reject, approve][me](store, 5, comment="sure").state)
    except ConflictError:
        print("too late")"""
    said = race(prepare, act, processes=3)
    assert said.count("too late") == 2
    found = candidates.get(tested, 5)
    assert [event.kind for event in found.events[3:]] == [found.state]
    assert len(aliases.versions(tested)) == (2 if found.state == "approved" else 1)


def test_commands_end_with_3_where_a_gate_fails(
    tested: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_policy(tested, STRICT)
    assert signoff("release", "test", 5).code == 3  # the stored result, judged by the new policy
    monkeypatch.setenv("SIGNOFF_USER", "bob")
    told = signoff("release", "approve", 5, "--comment", "fine")
    assert (told.code, told.out, len(told.err.splitlines())) == (3, "", 1)
    assert "#5 fails minimum_metric.p_at_1_mean, maximum_calibration_error" in told.err
    assert "--override" in told.err
    words = ("--comment", "fine", "--override", "the old one is down")
    stale = signoff("release", "approve", 5, *words, "--evidence", "0" * 64)
    assert_refused(stale, "has changed since you looked")
    made = signoff("release", "approve", 5, *words, "--json").json
    assert made["events"][-1]["override"] == "the old one is down"
    told = signoff("release", "show", 5).out
    assert "overriding a failed gate" in told


def test_a_file_that_nobody_has_adopted_stops_no_decision(approved: Store, ready: Ready) -> None:
    first, second = ready.versions
    (approved.home / FILE).write_text("[maximum_chrun]\nshare = 1\n")
    for alias in ("staging", "production"):
        aliases.move(approved, alias, second, expected=first)
    assert aliases.rollback(approved, "production").version == first


def test_a_role_withdrawn_between_looking_and_approving_no_longer_counts(tested: Store) -> None:
    bob = Actor("bob@example.com", Way.SIGNED_IN)
    members.grant(tested, bob.name, Role.REVIEWER)
    seen = shown(tested).digest
    members.withdraw(tested, bob.name)
    before = untouched(tested)
    with acting_as(bob), pytest.raises(RefusedError, match=r"bob@example\.com cannot approve"):
        approve(tested, 5, comment="fine", seen=seen)
    assert untouched(tested) == before
    members.grant(tested, bob.name, Role.RELEASER)
    with acting_as(bob):
        assert approve(tested, 5, comment="fine", seen=seen).events[-1].by == bob.name
