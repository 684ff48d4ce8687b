"""Proposing a candidate, and deciding on it once."""

from collections.abc import Callable

import pytest

from core.comparison.compare import changes_of, of_execution, summary_of
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.evaluation.evaluate import of_execution as evaluation_of
from core.release import aliases
from core.release.candidates import Candidate, get, listing
from core.release.comments import MAX_COMMENT
from core.release.review import approve, propose, reject
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store
from core.store.models import Comparison
from core.training.train import train
from tests.conftest import Road
from tests.decisions import released
from tests.factories import QUICK, by, set_policy

Decide = Callable[..., Candidate]


@pytest.fixture
def road(road: Road) -> Road:
    """Under a policy that is in nobody's way."""
    set_policy(road.store)
    return road


def evidence(store: Store, number: int) -> Comparison:
    comparison = get(store, number).proposal.comparison
    assert comparison is not None
    return of_execution(store, comparison)


def test_a_candidate_is_proposed_approved_and_released(road: Road) -> None:
    proposed = propose(road.store, 3, note=" have a look ")
    assert (proposed.number, proposed.state, proposed.version) == (3, "proposed", None)
    assert (proposed.proposal.by, proposed.proposal.comment) == ("ada", "have a look")
    with by("bob"):
        approved = approve(road.store, 3, comment="better")
    assert approved.state == "approved"
    assert approved.version is not None
    assert approved.version.endswith(".1")
    aliases.move(road.store, "production", approved.version, expected=None)
    released = get(road.store, 3)
    assert released.state == "released"
    assert [event.kind for event in released.events] == ["proposed", "approved", "released"]


def test_without_a_production_there_is_nothing_to_compare_with(road: Road) -> None:
    assert propose(road.store, 3).proposal.comparison is None


def test_a_candidate_is_compared_with_production(road: Road) -> None:
    released(road.store, 3)
    propose(road.store, 5)
    made = evidence(road.store, 5)
    assert (made.baseline, made.candidate) == (4, 6)


def test_the_evidence_is_of_the_candidates_validation_split(road: Road) -> None:
    released(road.store, 3)
    other, _ = create(road.store, Rules(fractions=(0.6, 0.3, 0.1)))
    model = train(road.store, other, model="fasttext", params=QUICK, threads=1)
    propose(road.store, model.execution)
    made = evidence(road.store, model.execution)
    for number in (made.baseline, made.candidate):
        judged = evaluation_of(road.store, number)
        assert (judged.snapshot, judged.split) == (other.digest, "valid")
    assert summary_of(road.store, made).kind == "paired"
    assert changes_of(road.store, made)["support"].sum() == other.splits["valid"]


def test_the_evidence_stays_with_the_decision(road: Road) -> None:
    released(road.store, 3)
    proposed = propose(road.store, 5)
    decided = reject(road.store, 5, comment="worse")
    assert decided.events[-1].comparison == proposed.proposal.comparison


def test_a_candidate_is_proposed_once(road: Road) -> None:
    propose(road.store, 3)
    with by("bob"), pytest.raises(RefusedError, match="#3 was already proposed by ada"):
        propose(road.store, 3)
    assert len(get(road.store, 3).events) == 1


@pytest.mark.parametrize("first", [approve, reject])
@pytest.mark.parametrize("second", [approve, reject])
def test_a_decision_is_made_once(road: Road, first: Decide, second: Decide) -> None:
    propose(road.store, 3)
    with by("bob"):
        state = first(road.store, 3, comment="sure").state
    with pytest.raises(ConflictError, match=f"was already {state} by bob"):
        second(road.store, 3, comment="no")
    assert len(get(road.store, 3).events) == 2
    assert len(aliases.versions(road.store)) == (state == "approved")


@pytest.mark.parametrize("decide", [approve, reject])
@pytest.mark.parametrize("comment", ["", "  \n", "\u200b", "x" * (MAX_COMMENT + 1)])
def test_a_decision_needs_a_comment_of_reasonable_length(
    road: Road, decide: Decide, comment: str
) -> None:
    propose(road.store, 3)
    with pytest.raises(InputError, match=r"Say why|The comment is"):
        decide(road.store, 3, comment=comment)
    assert get(road.store, 3).state == "proposed"


def test_only_what_was_proposed_is_decided_on(road: Road) -> None:
    with pytest.raises(NotFoundError, match="no candidate #3") as caught:
        approve(road.store, 3, comment="fine")
    assert "signoff release list" in str(caught.value.hint)
    with pytest.raises(NotFoundError):
        get(road.store, 3)


@pytest.mark.parametrize(
    ("number", "said"), [(1, r"\(import, succeeded\) made no model"), (99, "no execution #99")]
)
def test_only_a_training_can_be_proposed(road: Road, number: int, said: str) -> None:
    with pytest.raises(NotFoundError, match=said):
        propose(road.store, number)
    assert listing(road.store) == []


def test_a_note_that_is_too_long_is_refused_before_any_work(road: Road) -> None:
    with pytest.raises(InputError):
        propose(road.store, 3, note="x" * (MAX_COMMENT + 1))
    assert listing(road.store) == []


def test_the_last_proposed_comes_first(road: Road) -> None:
    propose(road.store, 5)
    propose(road.store, 3)
    assert [candidate.number for candidate in listing(road.store)] == [3, 5]


def test_versions_of_one_day_are_counted(road: Road) -> None:
    made = [released(road.store, number) for number in (3, 5)]
    days, numbers = zip(*(version.split(".") for version in made), strict=True)
    assert list(numbers) == (["1", "2"] if days[0] == days[1] else ["1", "1"])
    assert [version.version for version in aliases.versions(road.store)] == made[::-1]


def test_a_rollback_leaves_the_states_of_candidates(road: Road) -> None:
    for number in (3, 5):
        released(road.store, number)
    aliases.rollback(road.store, "production")
    assert get(road.store, 5).state == get(road.store, 3).state == "released"
