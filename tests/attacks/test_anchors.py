"""With SIGNOFF_AUDIT_ANCHOR set, nobody has to think of anchors: each decision leaves one."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from core import audit
from core.release import aliases
from core.release.review import approve, comment, propose
from core.settings import settings
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import by, lenient_by_default
from tests.tampering import make_anew, tamper


@pytest.fixture
def anchors(road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "anchors.jsonl"
    monkeypatch.setenv("SIGNOFF_AUDIT_ANCHOR", str(path))
    settings.cache_clear()
    return path


@pytest.fixture(autouse=True)
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    lenient_by_default(monkeypatch)


@pytest.fixture
def store(road: Road, anchors: Path) -> Store:
    """Three decisions."""
    propose(road.store, 3)
    with by("bob"):
        version = str(approve(road.store, 3, comment="fine").version)
        aliases.move(road.store, "production", version, expected=None)
    return road.store


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["number"] for line in path.read_text().splitlines()]


def test_each_decision_leaves_an_anchor(store: Store, anchors: Path) -> None:
    assert numbers(anchors) == [1, 2, 3]
    assert "contains all 3 anchors" in signoff("audit", "verify").out
    signoff("executions", "list")
    assert numbers(anchors) == [1, 2, 3]


def test_a_tail_that_was_cut_off_is_found(store: Store, anchors: Path) -> None:
    tamper(
        store,
        "DELETE FROM audit WHERE number = 3; DELETE FROM release_events WHERE id = 3;"
        "DELETE FROM aliases",
    )
    assert audit.verify(store).broken is None
    assert_refused(signoff("audit", "verify"), "ends with entry 2, but entry 3 was anchored")


def test_a_chain_that_was_hashed_again_is_found_also_after_the_next_decision(
    store: Store, anchors: Path
) -> None:
    tamper(
        store,
        "UPDATE release_events SET by = 'eve' WHERE id = 2;"
        "UPDATE audit SET content = replace(content, 'bob', 'eve') WHERE number = 2",
    )
    make_anew(store)
    assert audit.verify(store).broken is None
    comment(store, 3, text="nothing to see")
    assert numbers(anchors) == [1, 2, 3, 4]
    assert_refused(signoff("audit", "verify"), "was rewritten somewhere after entry 1")


def test_an_older_database_is_found(road: Road, anchors: Path, tmp_path: Path) -> None:
    propose(road.store, 3)
    road.store.engine.dispose()
    shutil.copy(road.store.home / "signoff.db", tmp_path / "older.db")
    comment(road.store, 3, text="look again")
    road.store.engine.dispose()
    shutil.copy(tmp_path / "older.db", road.store.home / "signoff.db")
    assert_refused(signoff("audit", "verify"), "ends with entry 1, but entry 2 was anchored")


def test_a_file_of_anchors_that_was_deleted_is_told(store: Store, anchors: Path) -> None:
    anchors.unlink()
    assert_refused(signoff("audit", "verify"), f"There is no file {anchors}")


def test_a_decision_stands_though_it_could_not_be_anchored(
    road: Road, anchors: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anchors.mkdir()
    with caplog.at_level(logging.ERROR, logger="signoff.audit"):
        propose(road.store, 3)
    assert "a decision was not anchored" in caplog.text
    anchors.rmdir()
    comment(road.store, 3, text="again")
    assert numbers(anchors) == [2]


def test_a_head_is_anchored_once(store: Store, anchors: Path) -> None:
    audit.anchor_of_itself(store)
    audit.anchor_of_itself(store)
    assert numbers(anchors) == [1, 2, 3]


def test_an_older_copy_of_the_log_is_not_left_without_an_anchor_in_silence(
    store: Store, anchors: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tamper(
        store,
        "DELETE FROM audit WHERE number > 1; DELETE FROM release_events WHERE id > 1;"
        "DELETE FROM aliases",
    )
    with caplog.at_level(logging.ERROR, logger="signoff.audit"):
        comment(store, 3, text="as if nothing had been")
    assert "anchors of entries that the log has not" in caplog.text
    assert numbers(anchors) == [1, 2, 3]


def test_an_empty_file_is_a_place_for_the_first_anchor(road: Road, anchors: Path) -> None:
    anchors.touch()
    propose(road.store, 3)
    assert numbers(anchors) == [1]


def test_a_line_that_was_cut_off_costs_no_other(store: Store, anchors: Path) -> None:
    with anchors.open("ab") as file:
        file.write(b'{"number": 4, "dig')
    assert "contains all 3 anchors" in signoff("audit", "verify").out
    comment(store, 3, text="after the lights went out")
    assert [line.startswith("{") for line in anchors.read_text().splitlines()] == [True] * 5
    assert json.loads(anchors.read_text().splitlines()[-1])["number"] == 4
    assert "contains all 4 anchors" in signoff("audit", "verify").out


def test_a_path_that_means_another_file_in_each_folder_is_refused(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_AUDIT_ANCHOR", "file:anchors.jsonl")
    settings.cache_clear()
    assert_refused(signoff("audit", "verify"), "Give the full path")
