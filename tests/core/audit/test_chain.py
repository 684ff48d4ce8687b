"""Whatever is done to a chain, the first entry that is not what was written is named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.audit.chain import START, Anchor, Break, digest, first_break, link, of_record, read
from core.store.audit import Entry
from core.store.records import Record, Value

MAY = datetime(2026, 5, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Log:
    """A chain and what it is of."""

    entries: tuple[Entry, ...]
    records: dict[str, Record]

    def first_break(
        self, entries: list[Entry] | None = None, anchors: list[Anchor] | None = None
    ) -> Break | None:
        return first_break(
            list(self.entries) if entries is None else entries,
            records=self.records,
            grounds={},
            versions={},
            aliases={},
            anchors=anchors or (),
        )


def make_log(records: Sequence[Record]) -> Log:
    """A chain of these decisions, numbered from 1."""
    numbered = [replace(record, id=number) for number, record in enumerate(records, start=1)]
    entries: list[Entry] = []
    for record in numbered:
        decision = of_record(record, before=None, after="proposed", rests_on={})
        entries.append(link(decision, entries[-1] if entries else None))
    return Log(tuple(entries), {record.key: record for record in numbered})


def make_record(kind: str, *, id: int = 0, at: datetime = MAY, **details: Value) -> Record:  # noqa: A002
    return Record(
        table="release_events",
        kind=kind,
        at=at,
        by="ada",
        id=id,
        details={"candidate": 7, "comment": "", **details},
    )


def renumbered(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, number=number) for number, entry in enumerate(entries, start=1)]


moments = st.datetimes(timezones=st.just(UTC))
values = st.text() | st.integers(1, 2**40) | st.floats(0, 1) | moments
decisions = st.builds(
    Record,
    table=st.sampled_from(["release_events", "access_events"]),
    kind=st.text(),
    at=moments,
    by=st.text(),
    details=st.dictionaries(st.sampled_from("abcdef"), values),
)
logs = st.lists(decisions, min_size=1, max_size=6).map(make_log)


@given(logs)
def test_a_chain_as_it_was_written_is_whole(log: Log) -> None:
    assert log.first_break() is None
    assert log.first_break(anchors=[Anchor(e.number, e.digest, "now") for e in log.entries]) is None


@given(logs, st.data())
def test_taken_out_put_in_or_moved_it_names_the_first_that_differs(
    log: Log, data: st.DataObject
) -> None:
    other = renumbered(data.draw(st.lists(st.sampled_from(log.entries), max_size=8)))
    assume(other != list(log.entries))
    same = 0
    for was, now in zip(log.entries, other, strict=False):
        if was != now:
            break
        same += 1
    found = log.first_break(other)
    assert found is not None
    assert found.number == same + 1


@given(logs, st.data())
def test_an_edit_of_any_field_names_its_entry(log: Log, data: st.DataObject) -> None:
    entries = list(log.entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(["content", "previous", "digest"]))
    text = data.draw(st.text())
    assume(text != getattr(entries[place], field))
    entries[place] = replace(entries[place], **{field: text})
    found = log.first_break(entries)
    assert found is not None
    assert found.number == place + 1


@given(logs, st.data())
def test_an_edit_of_any_field_of_a_record_is_named(log: Log, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(log.records)))
    record = log.records[key]
    field = data.draw(st.sampled_from(["kind", "at", "by", *record.details]))
    if field in record.details:
        details = {**record.details, field: _another(record.details[field])}
        log.records[key] = replace(record, details=details)
    else:
        log.records[key] = replace(record, **{field: _another(getattr(record, field))})
    found = log.first_break()
    assert found is not None
    assert found.number == int(key.partition("/")[2])
    assert found.why == f"{key} differs from entry {found.number} in {field}"


def _another(value: object) -> object:
    """Another value that a column of the same kind can hold."""
    if isinstance(value, datetime):
        return value + timedelta(days=1) if value.year < 9999 else value - timedelta(days=1)
    return value + 1 if isinstance(value, int) else f"{value or ''}x"


@given(logs, st.data())
def test_a_gap_or_a_number_below_one_is_named(log: Log, data: st.DataObject) -> None:
    entries = list(log.entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    shift = data.draw(st.integers(1, 5))
    later = [replace(entry, number=entry.number + shift) for entry in entries[place:]]
    found = log.first_break(entries[:place] + later)
    assert (found and found.number) == place + 1
    earlier = [replace(entry, number=entry.number - shift) for entry in entries]
    found = log.first_break(earlier)
    assert (found and found.number) == 1 - shift


@given(logs, st.data())
def test_a_chain_made_anew_is_found_by_every_anchor_from_the_change_on(
    log: Log, data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(log.entries)))
    changed = [
        replace(event, by=f"{event.by}!") if number == place else event
        for number, event in enumerate(log.records.values(), start=1)
    ]
    anew = make_log(changed)
    assert anew.first_break() is None
    for entry in log.entries:
        found = anew.first_break(anchors=[Anchor(entry.number, entry.digest, "then")])
        assert (found and found.number) == (entry.number if entry.number >= place else None)


@given(logs, st.integers(1, 5))
def test_an_anchor_behind_the_end_names_what_was_cut_off_first(log: Log, more: int) -> None:
    end = len(log.entries)
    found = log.first_break(anchors=[Anchor(end + more, "a" * 64, "2026-05-31")])
    assert found == Break(
        end + 1,
        f"the log ends with entry {end}, but entry {end + more} was anchored at 2026-05-31",
    )


@given(decisions, st.none() | st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_what_an_entry_says_comes_back(
    record: Record, before: str | None, rests_on: dict[str, str]
) -> None:
    decision = of_record(record, before=before, after="b", rests_on=rests_on)
    assert read(link(decision, None)) == decision


def test_the_hash_is_of_the_previous_one_and_the_content() -> None:
    event = make_record("approved", id=4, version="20260531.1", comment="größer")
    grounds = {"models/7": "e" * 64}
    entry = link(of_record(event, before="proposed", after="approved", rests_on=grounds), None)
    assert entry.content == (
        '{"after":"approved","at":"2026-05-31T00:00:00.000000+00:00","before":"proposed"'
        ',"by":"ada","details":{"candidate":7,"comment":"größer","version":"20260531.1"}'
        ',"kind":"approved","record":"release_events/4"'
        f',"rests_on":{{"models/7":"{"e" * 64}"}}}}'
    )
    # printf '%064d\n%s' 0 "$content" | sha256sum
    assert entry.digest == "ec9e64e7dc28ef9105fde1c265b27781c128c40f8d211cce49e989ded2e37497"
    assert (entry.number, entry.previous) == (1, START)


def test_the_moment_is_told_in_utc() -> None:
    local = datetime.fromisoformat("2026-05-31T02:00:00+02:00")
    said = of_record(make_record("proposed", at=local), before=None, after=None, rests_on={})
    assert said.at == "2026-05-31T00:00:00.000000+00:00"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "7", "{}", '{"record":"release_events/1"}', "\udcff", "@list", "@text"],
)
def test_a_well_hashed_entry_that_is_no_decision_is_named(content: str) -> None:
    log = make_log([make_record("proposed")])
    crafted = {
        "@list": log.entries[0].content.replace('"release_events/1"', "[1]"),
        "@text": log.entries[0].content.replace('{"candidate":7,"comment":""}', '"none"'),
    }
    text = crafted.get(content, content)
    entry = Entry(1, text, START, digest(START, text))
    assert log.first_break([entry]) == Break(1, "entry 1 cannot be read")


def test_an_empty_log_is_whole_unless_one_was_anchored() -> None:
    log = make_log([])
    assert log.first_break() is None
    found = log.first_break(anchors=[Anchor(3, "a" * 64, "2026-05-31")])
    assert found == Break(1, "the log is empty, but entry 3 was anchored at 2026-05-31")
