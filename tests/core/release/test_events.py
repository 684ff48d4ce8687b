"""Every kind of event says what happened, and comes back from its row and from the audit log."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access.events import KINDS as ACCESS_KINDS
from core.audit.chain import link, of_record, read
from core.audit.events import Event, Events
from core.errors import BrokenChainError
from core.executions.annotations import ANNOTATION_EVENTS
from core.release.events import KINDS, Commented, ReleaseEvent
from core.release.history import ALL_EVENTS, RELEASE_EVENTS
from core.release.policy_events import KINDS as POLICY_KINDS
from core.release.seal_events import SEAL_EVENTS
from core.store import records
from core.store.records import Record
from core.store.writing import write
from tests.conftest import Road
from tests.factories import make_event

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
numbers = st.integers(1, 2**31)
shares = st.floats(0, 1)


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of that kind."""
    numbered = dict.fromkeys(
        ("id", "candidate", "opening", "evaluation", "posts", "execution"), numbers
    )
    optional = dict.fromkeys(("baseline", "comparison"), st.none() | numbers)
    given_by_hand = {"share": shares, "service": st.booleans(), **numbered, **optional}
    names = {each.name for each in fields(kind)}
    return st.builds(kind, **{n: s for n, s in given_by_hand.items() if n in names})


EVERY_KIND = [
    *(*KINDS, *ACCESS_KINDS, *POLICY_KINDS),
    *(*SEAL_EVENTS.kinds.values(), *ANNOTATION_EVENTS.kinds.values()),
]
events = st.sampled_from(EVERY_KIND).flatmap(any_of)


def table_of(event: Event) -> Events[Any]:
    """The one table that has its kind."""
    (table,) = [each for each in ALL_EVENTS if type(event) in each.kinds.values()]
    return table


@given(events)
def test_an_event_comes_back_from_its_row(event: Event) -> None:
    table = table_of(event)
    assert table.of_record(table.record(event)) == event


@given(events)
def test_an_event_comes_back_from_its_entry_in_the_audit_log(event: Event) -> None:
    table = table_of(event)
    decision = of_record(table.record(event), before=None, after=None, rests_on={})
    assert table.of_decision(read(link(decision, None))) == event


@given(events)
def test_the_same_event_has_the_same_entry(event: Event) -> None:
    table = table_of(event)
    first, second = (
        link(of_record(record, before=None, after=None, rests_on={}), None)
        for record in (table.record(event), table.record(replace(event)))
    )
    assert first == second


def test_what_a_kind_does_not_have_stays_out_of_its_entry() -> None:
    released = RELEASE_EVENTS.record(make_event("released", version="2"))
    assert released.details == {
        "candidate": 7,
        "alias": "production",
        "version": "2",
        "comment": "",  # a column that every row has
    }
    assert set(RELEASE_EVENTS.record(make_event("commented")).details) == {"candidate", "comment"}


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("unheard of", {"candidate": 7, "comment": ""}),
        ("commented", {"comment": ""}),
        ("commented", {"candidate": "seven", "comment": ""}),
        ("commented", {"candidate": 7, "comment": "", "version": "1"}),
        ("cleared", {"candidate": 7, "alias": "a", "before": "1", "comment": "not of its kind"}),
        ("cleared", {"candidate": 7, "alias": "a", "comment": ""}),
        ("tested", {"candidate": 7, "snapshot": "a", "opening": 1, "verdict": "maybe"}),
    ],
)
def test_what_no_kind_of_event_writes_is_refused(kind: str, details: dict[str, str | int]) -> None:
    at = datetime(2026, 5, 31, tzinfo=UTC)
    record = Record(table="release_events", kind=kind, at=at, by="ada", details=details)
    with pytest.raises(ValueError, match=r"release_events has no|This is not a"):
        RELEASE_EVENTS.of_record(record)


def test_a_row_that_was_tampered_with_is_reported_with_the_way_to_the_log(road: Road) -> None:
    at = datetime(2026, 5, 31, tzinfo=UTC)
    details = {"candidate": 3, "comment": "", "alias": "not of a comment"}
    with write(road.store) as session:
        row = Record(table="release_events", kind=Commented.kind, at=at, by="x", details=details)
        records.append(session, row)
    with (
        pytest.raises(BrokenChainError, match="release_events/1 was changed outside of Signoff"),
        road.store.read() as session,
    ):
        RELEASE_EVENTS.read(session)


def test_every_kind_is_known_by_its_table() -> None:
    assert sum(len(table.kinds) for table in ALL_EVENTS) == len(EVERY_KIND)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (make_event("proposed", comment="better"), "ada proposed candidate #7: “better”"),
        (make_event("approved", version="20260531.1"), "ada approved candidate #7 as 20260531.1"),
        (make_event("rejected", comment="worse"), "ada rejected candidate #7: “worse”"),
        (
            make_event("released", version="20260531.1", comment="It is better."),
            "ada released 20260531.1 to production: “It is better.”",
        ),
        (
            make_event("released", version="20260531.1"),
            "ada released 20260531.1 to production, no reason given",
        ),
        (
            make_event("released", alias="staging", version="2", before="1"),
            "ada released 2 to staging (was 1)",
        ),
        (
            make_event("rolled_back", alias="production", version="1", before="2"),
            "ada rolled production back to 1 (was 2), no reason given",
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
            "ada got no result from the sealed test of abababababab for candidate #7: “2 are old”",
        ),
        (
            make_event("approved", version="1", comment="k", override="so"),
            "ada approved candidate #7 as 1, overriding a failed gate: “k” Override: “so”",
        ),
        (
            make_event("canary", version="2", alias="canary", share=0.1),
            "ada gave 2 10% of callers",
        ),
        (make_event("canary", version="2", alias="canary", share=0), "ada ended the canary of 2"),
    ],
)
def test_each_event_is_a_sentence(event: ReleaseEvent, said: str) -> None:
    assert str(event) == said


@pytest.mark.parametrize("kind", ["opened", "tested", "refused"])
def test_a_snapshot_is_called_by_its_name_where_that_is_known(kind: str) -> None:
    details = {"verdict": "pass"} if kind == "tested" else {"comment": "why"}
    event = make_event(kind, snapshot="ab" * 32, **details)
    assert "the sealed test of may" in event.sentence({"ab" * 32: "may"})
    assert "the sealed test of abababababab" in event.sentence({"cd" * 32: "may"})
