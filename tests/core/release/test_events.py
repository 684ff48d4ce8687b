"""What a candidate or an alias is follows from what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.release.events import Kind, State, alias_versions, candidate_state, sentence
from core.store.releases import EventRecord
from tests.factories import make_event


def release(version: str) -> EventRecord:
    return make_event("released", alias="production", version=version)


BACK = make_event("rolled_back", alias="production")


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], None),
        (["proposed"], State.PROPOSED),
        (["proposed", "rejected"], State.REJECTED),
        (["proposed", "approved"], State.APPROVED),
        (["proposed", "approved", "released"], State.RELEASED),
        (["proposed", "approved", "released", "rolled_back"], State.RELEASED),
        (["proposed", "approved", "released", "rolled_back", "released"], State.RELEASED),
    ],
)
def test_events_fold_into_a_state(kinds: list[str], state: State | None) -> None:
    assert candidate_state([make_event(kind) for kind in kinds]) == state


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
    ],
)
def test_a_rollback_goes_back_through_what_was_released(
    events: list[EventRecord], versions: list[str]
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


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (make_event("proposed", comment="better"), "ada proposed candidate #7: “better”"),
        (make_event("approved", version="20260531.1"), "ada approved candidate #7 as 20260531.1"),
        (make_event("rejected", comment="worse"), "ada rejected candidate #7: “worse”"),
        (release("20260531.1"), "ada released 20260531.1 to production"),
        (
            make_event("released", alias="staging", version="2", before="1"),
            "ada released 2 to staging (was 1)",
        ),
        (
            make_event("rolled_back", alias="production", version="1", before="2"),
            "ada rolled production back to 1 (was 2)",
        ),
    ],
)
def test_each_event_is_a_sentence(event: EventRecord, said: str) -> None:
    assert sentence(event) == said


def test_every_kind_of_event_has_a_sentence() -> None:
    assert all(sentence(make_event(kind)) for kind in Kind)
