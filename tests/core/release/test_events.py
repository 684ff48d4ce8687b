"""What a candidate or an alias is follows from what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.release.events import (
    PRODUCTION,
    STAGING,
    Kind,
    State,
    alias_versions,
    candidate_state,
    ends,
    sentence,
)
from core.store.releases import EventRecord
from tests.factories import make_event


def release(version: str) -> EventRecord:
    return make_event("released", alias="production", version=version)


ALIASES = (PRODUCTION, STAGING)
BACK = make_event("rolled_back", alias="production")
CLEARED = make_event("cleared", alias="production")


@pytest.mark.parametrize(
    ("happened", "state"),
    [
        ("", None),
        ("proposed", State.PROPOSED),
        ("proposed commented opened", State.PROPOSED),
        ("proposed opened refused", State.PROPOSED),
        ("proposed opened tested", State.TESTED),
        ("proposed rejected", State.REJECTED),
        ("proposed rejected commented", State.REJECTED),
        ("proposed opened tested approved", State.APPROVED),
        ("proposed approved opened", State.APPROVED),
        ("proposed approved opened tested", State.TESTED),
        ("proposed approved staging", State.APPROVED),
        ("proposed approved staging canary", State.APPROVED),
        ("proposed approved staging cleared", State.APPROVED),
        ("proposed approved staging production", State.RELEASED),
        ("proposed approved production", State.RELEASED),
        ("proposed approved production rolled_back", State.RELEASED),
        ("proposed approved production rolled_back production", State.RELEASED),
        ("proposed approved opened production tested", State.RELEASED),
    ],
)
def test_events_fold_into_a_state(happened: str, state: State | None) -> None:
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
        (make_event("cleared", alias="shadow", before="2"), "ada cleared shadow (was 2)"),
        (make_event("commented", comment="hm"), "ada commented on candidate #7: “hm”"),
        (
            make_event("opened", snapshot="ab" * 32, comment="it is time"),
            "ada opened the sealed test of abababababab for candidate #7: “it is time”",
        ),
        (
            make_event("tested", snapshot="ab" * 32, verdict="pass"),
            "ada tested candidate #7 on the sealed test of abababababab: pass",
        ),
        (
            make_event("refused", snapshot="ab" * 32, comment="2 are old"),
            "ada got no answer from the sealed test of abababababab for candidate #7: “2 are old”",
        ),
        (
            make_event("approved", version="1", comment="k", override="so"),
            "ada approved candidate #7 as 1, overruling a failed gate: “k” Overruled because: “so”",
        ),
        (
            make_event("canary", version="2", alias="canary", share=0.1),
            "ada gave 2 10% of the callers",
        ),
        (make_event("canary", version="2", alias="canary", share=0), "ada ended the canary of 2"),
    ],
)
def test_each_event_is_a_sentence(event: EventRecord, said: str) -> None:
    assert sentence(event) == said


def test_every_kind_of_event_has_a_sentence() -> None:
    assert all(sentence(make_event(kind)) for kind in Kind)


def test_an_opening_ends_by_its_result_or_its_refusal() -> None:
    opened = [make_event("opened", id=number) for number in (1, 2, 3)]
    tested, refused = make_event("tested", opening=1), make_event("refused", opening=3)
    assert ends([*opened, tested, refused, make_event("approved")]) == {1: tested, 3: refused}
