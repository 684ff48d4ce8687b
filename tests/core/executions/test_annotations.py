"""Names, notes and tags: given, taken, searched, in the audit log, and never in the execution."""

import sqlite3
from contextlib import closing

import pytest

from core import audit
from core.access.identity import Actor, Role, Way, acting_as
from core.access.members import grant
from core.audit.lines import lines
from core.errors import InputError, NotFoundError, RefusedError
from core.evaluation.history import trainings
from core.executions import get
from core.executions.annotations import (
    LONGEST_NOTE,
    MOST_TAGS,
    NOTHING,
    Annotations,
    annotate,
    read,
)
from core.release import identity
from core.release.history import ALL_EVENTS
from core.release.search import search
from core.store import Store
from tests.commands import signoff
from tests.conftest import Road
from tests.tampering import tamper


@pytest.fixture
def training(road: Road) -> int:
    return road.baseline.execution


def entries(store: Store) -> int:
    return audit.verify(store).events


def test_what_is_noted_can_be_changed_and_taken_away(road: Road, training: int) -> None:
    store = road.store
    before = get(store, training)
    annotate(store, training, name="wide", note="Twice the words", add=["Baseline", "wide.2"])
    annotate(store, training, note="Twice as many words", add=["baseline"], remove=["wide.2"])
    wanted = Annotations(name="wide", note="Twice as many words", tags=("baseline",))
    assert read(store).of[training] == wanted
    found = next(t for t in trainings(store) if t.number == training)
    assert found.annotations == wanted
    assert get(store, training) == before
    assert annotate(store, training, name="", note="", remove=["baseline"]) == NOTHING
    assert trainings(store)[0].annotations == NOTHING


def test_each_change_has_its_entry_and_nothing_else_has(road: Road, training: int) -> None:
    store = road.store
    annotate(store, training, name="wide", add=["baseline"])
    assert entries(store) == 2
    annotate(store, training, name="wide", add=["BASELINE"], remove=["never-given"])
    assert entries(store) == 2
    annotate(store, training, note="One\u2009line", remove=["baseline"], name="")
    said = [line.sentence.partition(" ")[2] for line in lines(store, ALL_EVENTS, {})]
    assert said == [
        f"removed the tag baseline from execution #{training}",
        f"noted on execution #{training}: “One\u2009line”",
        f"removed the name of execution #{training}",
        f"tagged execution #{training} baseline",
        f"named execution #{training} “wide”",
    ]
    assert audit.verify(store).broken is None


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE annotation_events SET text = 'other'",
        "UPDATE annotation_events SET execution = execution + 1",
        "DELETE FROM annotation_events",
    ],
)
def test_the_log_shows_what_was_edited_by_hand(road: Road, training: int, script: str) -> None:
    annotate(road.store, training, add=["baseline"])
    with closing(sqlite3.connect(road.store.home / "signoff.db")) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(script)
    tamper(road.store, script)
    broken = audit.verify(road.store).broken
    assert broken is not None
    assert "annotation_events/1" in broken.why


@pytest.mark.parametrize(
    "tag", ["", " ", "two words", "-x", "x" * 31, "a\x1b[31m", "tag:x", "a,b", "\u202egnp"]
)
def test_a_tag_is_one_short_word(road: Road, training: int, tag: str) -> None:
    with pytest.raises(InputError, match="is not a tag"):
        annotate(road.store, training, name="wide", add=[tag])
    assert entries(road.store) == 0


@pytest.mark.parametrize("note", ["two\nlines", "\x1b[31m", "\u200b", "x" * (LONGEST_NOTE + 1)])
def test_a_note_is_one_line(road: Road, training: int, note: str) -> None:
    with pytest.raises(InputError, match="note"):
        annotate(road.store, training, note=note)
    assert entries(road.store) == 0


def test_tags_are_few(road: Road, training: int) -> None:
    many = [f"t{n}" for n in range(MOST_TAGS + 1)]
    with pytest.raises(InputError, match="would have 21 tags"):
        annotate(road.store, training, add=many)
    assert entries(road.store) == 0
    annotate(road.store, training, add=many[:-1])
    annotate(road.store, training, add=many[-1:], remove=many[:1])


def test_who_only_looks_cannot_annotate(road: Road, training: int) -> None:
    grant(road.store, "grace", Role.REVIEWER)
    grant(road.store, "vera", Role.VIEWER)
    with (
        acting_as(Actor("vera", Way.SIGNED_IN)),
        pytest.raises(RefusedError, match="vera cannot name, note or tag"),
    ):
        annotate(road.store, training, note="x")
    with acting_as(Actor("grace", Way.SIGNED_IN)):
        annotate(road.store, training, note="x")
    with pytest.raises(NotFoundError, match="no execution #99"):
        annotate(road.store, 99, note="x")


def test_the_tag_baseline_pins_it(road: Road, training: int) -> None:
    store, other = road.store, road.candidate.execution
    assert identity.read(store).default == (training, other)
    annotate(store, other, add=["baseline"])
    found = identity.read(store)
    assert (found.pinned, found.default) == (other, (training, other)), "no pair with itself"
    assert identity.baseline_for(store, training) == other
    annotate(store, training, add=["baseline"])
    assert identity.read(store).pinned == training, "the last one tagged"
    assert identity.read(store).known[-1].title.endswith(" · baseline")
    annotate(store, training, remove=["baseline"])
    assert identity.read(store).pinned == other
    annotate(store, other, remove=["baseline"])
    assert identity.read(store).pinned is None


def test_tags_and_notes_are_searched(road: Road, training: int) -> None:
    annotate(road.store, training, note="Lucky", add=["baseline", "q3"])
    known = identity.read(road.store).known

    def found(query: str) -> list[int]:
        return [each.number for each in search(known, query)]

    assert found("tag:baseline") == found("TAG:Q3 lucky") == found("tag:q3 loss=ova") == [training]
    assert found("tag:base") == found("tag:") == found("tag:baseline unlucky") == []
    assert found("base") == [training]


def test_commands_tag_note_and_name(road: Road, training: int) -> None:
    assert signoff("executions", "tag", training, "baseline", "Q3").out == (
        f"#{training} is tagged baseline and q3. Pages compare with it where nobody has chosen"
        " another baseline.\n"
    )
    assert signoff("executions", "tag", f"#{training}", "q3", "x", "--remove").out == (
        f"#{training} is tagged baseline. Pages compare with it where nobody has chosen"
        " another baseline.\n"
    )
    signoff("executions", "note", training, "Twice the words")
    signoff("executions", "name", training, "wide")
    shown = signoff("executions", "show", training, "--json").json
    assert (shown["name"], shown["note"], shown["tags"]) == (
        "wide",
        "Twice the words",
        ["baseline"],
    )
    assert "Twice the words" in signoff("executions", "show", training).out
    listed = signoff("executions", "list", "--search", "tag:baseline").out
    assert "wide · baseline" in listed
    assert f"#{road.candidate.execution}" not in listed
    assert signoff("executions", "note", training, "").out == f"#{training} has no note.\n"
    assert signoff("executions", "name", training, "--json", "").json["name"] == ""
    assert "is not a tag" in signoff("executions", "tag", training, "a b").err
