"""Every decision has its entry, and whoever tampers with the file is found."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from core import audit
from core.audit import chain
from core.errors import BrokenChainError, InputError, RefusedError, StorageError
from core.release import aliases, history
from core.release.events import Approved
from core.release.review import approve, propose, reject
from core.store import Store, open_store
from core.store import audit as table
from core.store.writing import write
from core.training.train import of_execution as model_of
from tests.commands import race
from tests.conftest import Road
from tests.factories import by, lenient_by_default
from tests.tampering import make_anew, tamper
from tests.workspaces import copied

CORE = Path(audit.__file__).parents[1]


@pytest.fixture(autouse=True, scope="module")
def lenient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        lenient_by_default(patch)
        yield


@pytest.fixture(scope="module")
def decided(trained: Path, lenient: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that :func:`log` copies."""
    home = tmp_path_factory.mktemp("decided") / "workspace"
    copied(trained, home)
    store = open_store(home)
    for number, note in ((3, "first"), (5, "größer")):
        with by("ada"):
            propose(store, number, note=note)
        with by("bob"):
            version = str(approve(store, number, comment="fine").version)
            before = aliases.current(store).get("production")
            aliases.move(store, "production", version, expected=before)
    with by("cy"):
        aliases.rollback(store, "production")
    store.engine.dispose()
    return home


@pytest.fixture
def log(decided: Path, home: Path) -> Iterator[Store]:
    """Seven decisions: both candidates proposed, approved and released, then a rollback."""
    copied(decided, home)
    opened = open_store(home)
    yield opened
    opened.engine.dispose()


def test_every_decision_says_who_what_before_after_when_and_on_which_evidence(log: Store) -> None:
    with log.read() as session:
        said = [chain.read(entry) for entry in table.entries(session)]
        events = history.events(session)
        snapshot = model_of(log, 3).snapshot
    first, second = (event.version for event in events if isinstance(event, Approved))
    assert [(one.by, one.kind, one.before, one.after) for one in said] == [
        ("ada", "proposed", None, "proposed"),
        ("bob", "approved", "proposed", "approved"),
        ("bob", "released", None, first),
        ("ada", "proposed", None, "proposed"),
        ("bob", "approved", "proposed", "approved"),
        ("bob", "released", first, second),
        ("cy", "rolled_back", second, first),
    ]
    first_model = {"models/3", f"snapshots/{snapshot}"}
    shown = {"models/3", "models/5", "evaluations/4", "evaluations/6", "comparisons/7"}
    assert [one.rests_on.keys() for one in said] == [
        first_model,
        first_model,
        first_model,
        shown | first_model,
        shown | first_model,
        {"models/5", f"snapshots/{snapshot}"},
        first_model,
    ]
    assert [one.at for one in said] == [e.at.isoformat(timespec="microseconds") for e in events]
    assert [one.record for one in said] == [f"release_events/{event.id}" for event in events]
    assert said[3].details == {"candidate": 5, "comment": "größer", "comparison": 7}


def test_a_rejection_is_chained(road: Road) -> None:
    propose(road.store, 3)
    reject(road.store, 3, comment="no")
    with road.store.read() as session:
        head = table.last(session)
    assert head is not None
    said = chain.read(head)
    assert (said.kind, said.before, said.after) == ("rejected", "proposed", "rejected")


def test_what_was_not_touched_is_whole(log: Store) -> None:
    verdict = audit.verify(log)
    assert (verdict.events, verdict.broken) == (7, None)
    assert verdict.head is not None
    assert verdict.head.number == 7
    audit.require_whole(verdict)


COPY = "INSERT INTO audit SELECT {}, content, previous, digest FROM audit WHERE number = 1"
EDIT = "UPDATE release_events SET {} WHERE id = {}"


@pytest.mark.parametrize(
    ("number", "why", "script"),
    [
        (2, "does not match its hash", "UPDATE audit SET content = replace(content, 'bob', 'eve')"),
        (4, "does not match its hash", "UPDATE audit SET content = x'ff' WHERE number = 4"),
        (7, "does not match its hash", "UPDATE audit SET digest = previous WHERE number = 7"),
        (4, "does not continue", "UPDATE audit SET previous = digest WHERE number = 4"),
        (1, "does not continue", "UPDATE audit SET previous = digest WHERE number = 1"),
        (1, "is missing", "DELETE FROM audit WHERE number = 1"),
        (3, "is missing", "DELETE FROM audit WHERE number = 3"),
        (7, "release_events/7 has no entry", "DELETE FROM audit WHERE number = 7"),
        (1, "release_events/1 has no entry", "DELETE FROM audit"),
        (
            3,
            "does not continue",
            (
                "DELETE FROM audit WHERE number = 3;"
                "UPDATE audit SET number = number - 1 WHERE number > 3"
            ),
        ),
        (
            2,
            "does not continue",
            (
                "UPDATE audit SET number = 99 WHERE number = 2;"
                "UPDATE audit SET number = 2 WHERE number = 5;"
                "UPDATE audit SET number = 5 WHERE number = 99"
            ),
        ),
        (8, "does not continue", COPY.format(8)),
        (8, "is missing", COPY.format(20)),
        (0, "before the first", COPY.format(0)),
        (2, "differs from entry 2 in comment", EDIT.format("comment = 'x'", 2)),
        (7, "differs from entry 7 in by", EDIT.format("by = 'ada'", 7)),
        (5, "in candidate, version", EDIT.format("candidate = 3, version = '1'", 5)),
        (3, "differs from entry 3 in at", EDIT.format("at = '2020-01-01 00:00:00.000000'", 3)),
        (3, "cannot be read", EDIT.format("at = 'noon'", 3)),
        (6, "cannot be read", EDIT.format("by = CAST(x'ff' AS TEXT)", 6)),
        (2, "release_events/2, which is missing", EDIT.format("id = 9", 2)),
        (4, "release_events/4, which is missing", "DELETE FROM release_events WHERE id = 4"),
        (
            8,
            "release_events/8 has no entry",
            (
                "INSERT INTO release_events (id, at, by, kind, candidate, version, alias, before,"
                " comment) SELECT 8, at, by, kind, candidate, version, alias, before, comment"
                " FROM release_events WHERE id = 7"
            ),
        ),
        (
            4,
            "comparisons/7, which entry 4 rests on, was changed",
            "UPDATE comparisons SET summary = changes",
        ),
        (4, "comparisons/7, which entry 4 rests on, is missing", "DELETE FROM comparisons"),
        (8, "production names x, but its last recorded move", "UPDATE aliases SET version = 'x'"),
        (8, "production names no version, but", "DELETE FROM aliases"),
        (8, "set it to nothing", "INSERT INTO aliases SELECT 'staging', version FROM aliases"),
    ],
)
def test_whoever_tampers_is_found_and_where(log: Store, number: int, why: str, script: str) -> None:
    tamper(log, script)
    broken = audit.verify(log).broken
    assert broken is not None
    assert broken.number == number
    assert why in broken.why
    with pytest.raises(BrokenChainError, match=f"broken at entry {number}: "):
        audit.require_whole(audit.verify(log))


def test_a_well_hashed_entry_of_no_decision_is_found(log: Store) -> None:
    with write(log) as session:
        head = table.last(session)
        assert head is not None
        table.append(session, chain.link(chain.read(head), head))
    broken = audit.verify(log).broken
    assert broken is not None
    assert broken.number == 8
    assert "release_events/7, which is missing or already has an entry" in broken.why


def test_a_chain_made_anew_is_found_by_its_anchor_only(log: Store, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    audit.anchor(log, anchors)
    tamper(
        log,
        "UPDATE release_events SET by = 'eve' WHERE id = 2;"
        "UPDATE audit SET content = replace(content, 'bob', 'eve') WHERE number = 2",
    )
    make_anew(log)
    assert audit.verify(log).broken is None
    broken = audit.verify(log, anchors=audit.read_anchors(anchors)).broken
    assert broken is not None
    assert broken.number == 7
    assert "was rewritten somewhere after entry 0" in broken.why
    with pytest.raises(BrokenChainError):
        audit.anchor(log, anchors)


def test_an_end_cut_off_with_its_decisions_is_found_by_its_anchor_only(
    log: Store, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.jsonl"
    audit.anchor(log, anchors)
    tamper(
        log,
        "DELETE FROM release_events WHERE id = 7;"
        "DELETE FROM audit WHERE number = 7;"
        "UPDATE aliases SET version = (SELECT version FROM release_events WHERE id = 6)",
    )
    assert audit.verify(log).broken is None
    broken = audit.verify(log, anchors=audit.read_anchors(anchors)).broken
    assert broken is not None
    assert broken.number == 7
    assert "ends with entry 6, but entry 7 was anchored" in broken.why


def test_anchors_are_added_and_hold_while_the_log_grows(log: Store, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    first = audit.anchor(log, anchors)
    aliases.move(log, "staging", aliases.current(log)["production"], expected=None)
    second = audit.anchor(log, anchors)
    assert audit.read_anchors(anchors) == [first, second]
    assert (first.number, second.number) == (7, 8)
    verdict = audit.verify(log, anchors=[first, second])
    assert (verdict.anchors, verdict.broken) == (2, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "There is no file"),
        ("", "has no anchors"),
        ("{}\n", "Line 1 of .* is not an anchor"),
        ('{"number": "7", "digest": "a", "at": "b"}\n', "Line 1 of .* is not an anchor"),
        ('{"number": 7, "digest": "a", "at": "b"}\n{"numb"}', "Line 2 of .* is not an anchor"),
        ('{"numb', "has no anchors"),
        ("\x00\n", "Line 1 of .* is not an anchor"),
    ],
)
def test_a_file_that_holds_no_anchors_is_refused(
    tmp_path: Path, content: str | None, reason: str
) -> None:
    path = tmp_path / "anchors.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=reason):
        audit.read_anchors(path)


def test_without_a_decision_there_is_nothing_to_anchor(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no decision to anchor"):
        audit.anchor(store, tmp_path / "anchors.jsonl")
    assert list(tmp_path.glob("anchors*")) == []


def test_an_export_holds_every_entry_also_of_a_broken_log(log: Store, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("an earlier one")
    tamper(log, "UPDATE audit SET content = x'ff22' WHERE number = 4")
    assert audit.export(log, path) == 7
    with log.read() as session:
        stored = table.entries(session)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    unsigned = {"key": None, "signature": None}
    assert lines == [{**asdict(entry), **unsigned} for entry in stored]
    assert stored[3].content == '\udcff"'


def test_an_export_that_cannot_be_written_leaves_what_was_there(log: Store, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    before = sorted(tmp_path.iterdir())
    for path in (tmp_path / "nowhere" / "log.jsonl", tmp_path / "taken"):
        with pytest.raises(StorageError, match="Cannot write to"):
            audit.export(log, path)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("late", [False, True], ids=["before the entry", "after the entry"])
def test_a_decision_that_fails_leaves_neither_event_nor_entry(
    log: Store, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    write = table.append

    def fail(*arguments: object) -> None:
        if late:
            write(*arguments)  # type: ignore[arg-type]
        raise OSError("the power went")

    monkeypatch.setattr(table, "append", fail)
    named = aliases.current(log)
    with pytest.raises(OSError, match="the power went"):
        aliases.move(log, "staging", named["production"], expected=None)
    monkeypatch.undo()
    assert aliases.current(log) == named
    verdict = audit.verify(log)
    assert (verdict.events, verdict.broken) == (7, None)


@pytest.mark.slow
def test_writers_that_race_keep_one_unbroken_chain(log: Store) -> None:
    version = aliases.current(log)["production"]
    prepare = """
import sys
from core.release.aliases import move
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)"""
    act = f"""
for n in range(15):
    move(store, f"a{{sys.argv[1]}}-{{n}}", {version!r}, expected=None)"""
    assert race(prepare, act, processes=2) == ["", ""]
    verdict = audit.verify(log)
    assert (verdict.events, verdict.broken) == (7 + 2 * 15, None)


def test_events_are_written_in_one_place_only() -> None:
    appending = re.compile(r"ReleaseEventRow\(|RELEASE_EVENTS\.append|records_table\.append")
    writers = [
        path.relative_to(CORE).as_posix()
        for path in CORE.rglob("*.py")
        if appending.search(path.read_text())
    ]
    assert sorted(writers) == ["audit/events.py", "release/history.py", "store/tables.py"]
