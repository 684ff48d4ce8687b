"""What a candidate or an alias is follows from what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.release.events import PRODUCTION, STAGING, AliasEvent
from core.release.states import CandidateState, alias_versions, candidate_state, ends
from tests.factories import make_event


def release(version: str) -> AliasEvent:
    return make_event("released", alias="production", version=version)


ALIASES = (PRODUCTION, STAGING)
BACK = make_event("rolled_back", alias="production", before="2")
CLEARED = make_event("cleared", alias="production", before="2")


@pytest.mark.parametrize(
    ("happened", "state"),
    [
        ("", None),
        ("proposed", CandidateState.PROPOSED),
        ("proposed commented opened", CandidateState.PROPOSED),
        ("proposed opened refused", CandidateState.PROPOSED),
        ("proposed opened tested", CandidateState.TESTED),
        ("proposed rejected", CandidateState.REJECTED),
        ("proposed rejected commented", CandidateState.REJECTED),
        ("proposed opened tested approved", CandidateState.APPROVED),
        ("proposed approved opened", CandidateState.APPROVED),
        ("proposed approved opened tested", CandidateState.TESTED),
        ("proposed approved staging", CandidateState.APPROVED),
        ("proposed approved staging canary", CandidateState.APPROVED),
        ("proposed approved staging cleared", CandidateState.APPROVED),
        ("proposed approved staging production", CandidateState.RELEASED),
        ("proposed approved production", CandidateState.RELEASED),
        ("proposed approved production rolled_back", CandidateState.RELEASED),
        ("proposed approved production rolled_back production", CandidateState.RELEASED),
        ("proposed approved opened production tested", CandidateState.RELEASED),
    ],
)
def test_events_fold_into_a_state(happened: str, state: CandidateState | None) -> None:
    events = [
        make_event("released", alias=kind) if kind in ALIASES else make_event(kind)
        for kind in happened.split()
    ]
    assert candidate_state(events) == state


@pytest.mark.parametrize(
    ("events", "versions"),
    [
        ([], []),
        ([release("1")], ["1"]),
        ([release("1"), release("2"), release("3")], ["1", "2", "3"]),
        ([release("1"), release("2"), release("3"), BACK], ["1", "2"]),
        ([release("1"), release("2"), release("3"), BACK, BACK], ["1"]),
        ([release("1"), release("2"), BACK, release("3")], ["1", "3"]),
        ([release("1"), release("2"), BACK, release("3"), BACK], ["1"]),
        ([release("1"), release("2"), release("1"), BACK], ["1", "2"]),
        ([release("1"), release("2"), CLEARED], []),
        ([release("1"), release("2"), CLEARED, release("3")], ["3"]),
    ],
)
def test_a_rollback_goes_back_through_what_was_released(
    events: list[AliasEvent], versions: list[str]
) -> None:
    assert alias_versions(events) == versions


@given(st.lists(st.integers(1, 9).map(str) | st.none(), max_size=30))
def test_releases_and_rollbacks_are_a_stack(moves: list[str | None]) -> None:
    stack: list[str] = []
    events = []
    for move in moves:
        if move is not None:
            stack.append(move)
            events.append(release(move))
        elif len(stack) > 1:
            stack.pop()
            events.append(BACK)
        assert alias_versions(events) == stack


def test_an_opening_ends_by_its_result_or_its_refusal() -> None:
    opened = [make_event("opened", id=number) for number in (1, 2, 3)]
    tested, refused = make_event("tested", opening=1), make_event("refused", opening=3)
    assert ends([*opened, tested, refused, make_event("approved")]) == {1: tested, 3: refused}
