"""Erasing and refreshing as people do it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store import open_store
from tests.commands import Outcome, assert_refused, signoff
from tests.conftest import Road
from tests.factories import fill, make_post
from tests.fake_reddit import FakeReddit, serving
from tests.workspaces import overwrite

KEYS = {
    *("execution", "seconds", "checked", "erased", "unknown", "erased_before", "absent"),
    *("unanswered", "snapshots", "left", "waiting", "backups"),
}


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReddit]:
    """A Reddit that the settings name."""
    made = FakeReddit()
    with serving(made) as url:
        monkeypatch.setenv("SIGNOFF_REDDIT_URL", url)
        monkeypatch.setenv("SIGNOFF_REDDIT_CLIENT_ID", "id")
        monkeypatch.setenv("SIGNOFF_REDDIT_CLIENT_SECRET", "secret")
        monkeypatch.setenv("SIGNOFF_REDDIT_CONTACT", "/u/ada")
        yield made


def verdict(outcome: Outcome) -> tuple[str, dict[str, int]]:
    return outcome.json["state"], outcome.json["erased"]


def test_posts_are_erased_by_name_and_from_a_file(road: Road, tmp_path: Path) -> None:
    assert verdict(signoff("snapshot", "verify", "small", "--json")) == ("whole", {})
    path = tmp_path / "gone.txt"
    path.write_text("t3_p00007\n\n p00200 \nzzz9\n")
    made = signoff("collect", "erase", "p00220", "--from", path, "--json").json
    assert made.keys() == KEYS
    assert (made["checked"], made["erased"], made["unknown"]) == (4, {"by_hand": 3}, 1)
    assert (made["snapshots"], made["left"], made["backups"]) == (["small"], {}, [])
    gone = {"train": 1, "valid": 1, "test": 1}
    assert verdict(signoff("snapshot", "verify", "small", "--json")) == ("erased", gone)
    assert signoff("snapshot", "show", "small", "--json").json["erased"] == gone
    assert signoff("snapshot", "list", "--json").json[0]["erased"] == gone
    again = signoff("collect", "erase", "p00007")
    assert "Erased before: 1." in again.out
    assert "Nothing was erased." in again.out


def test_what_people_read(road: Road) -> None:
    told = signoff("collect", "erase", "p00007", "zzz9").out
    assert "2 posts named (execution #7)." in told
    assert "Not stored, and will not be imported: 1." in told
    assert "1 erased: by hand." in told
    assert "Removed from the snapshots small." in told
    shown = signoff("snapshot", "show", "small").out
    assert "It was frozen, with 1 post erased since (1 of train)" in shown
    assert (
        "intact, with 1 post erased since (1 of train)."
        in signoff("snapshot", "verify", "small").out
    )


def test_a_split_that_no_key_opens_is_told_and_done_once_there_is_one(road: Road) -> None:
    key = road.store.home / "seal.key"
    secret = key.read_bytes()
    key.unlink()
    made = signoff("collect", "erase", "p00007", "p00220", "--json").json
    assert list(made["left"]) == ["small:test"]
    assert "seal.key" in made["left"]["small:test"]
    assert signoff("snapshot", "show", "small", "--json").json["erased"] == {"train": 1}
    key.write_bytes(secret)
    key.chmod(0o600)
    done = signoff("collect", "erase", "--json").json
    assert (done["left"], done["snapshots"]) == ({}, ["small"])
    assert verdict(signoff("snapshot", "verify", "small", "--json")) == (
        "erased",
        {"train": 1, "test": 1},
    )


def test_a_broken_snapshot_is_told_with_exit_code_1(road: Road) -> None:
    path = road.store.artifacts.open(road.snapshot.train)
    overwrite(path, b"other")
    assert_refused(signoff("snapshot", "verify", "small"), "Snapshot small is broken", "Restore")
    told = signoff("snapshot", "verify", "small", "--json")
    assert told.code == 1
    assert '"state": "broken"' in told.out


def test_backups_are_named_since_they_keep_what_they_hold(road: Road) -> None:
    signoff("db", "backup")
    made = signoff("collect", "erase", "p00007", "--json").json
    assert len(made["backups"]) == 1
    assert "Not erased from 1 backup of the database" in signoff("collect", "erase").out


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(store: object, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ids"
    if content is not None:
        path.write_bytes(content)
    assert_refused(signoff("collect", "erase", "--from", path), "cannot be read")


def test_a_word_that_is_no_id(store: object) -> None:
    assert_refused(signoff("collect", "erase", "why not"), "'why not' is not the id of a post")


def test_refreshing_needs_a_key(home: Path) -> None:
    assert_refused(signoff("collect", "refresh"), "Reddit's API needs a key")


def test_refreshing(home: Path, reddit: FakeReddit) -> None:
    store = open_store(home)
    fill(store, [make_post(id=f"a{n}") for n in range(3)], source="reddit")
    store.engine.dispose()
    cats = reddit.add("cats")
    cats.post("a0", at=1)
    cats.post("a1", at=1, gone="deleted")
    made = signoff("collect", "refresh", "--json").json
    assert made.keys() == KEYS
    assert (made["checked"], made["erased"], made["absent"]) == (3, {"deleted": 1}, 1)
    again = signoff("collect", "refresh").out
    assert "No post is due: all were checked less than 24h ago" in again
    told = signoff("collect", "refresh", "--older-than", "0s", "--limit", 5).out
    assert "Asked Reddit for 2 posts" in told
    assert "Not found: 1. These are erased if they are still missing a day later." in told
    wrong = signoff("collect", "refresh", "--older-than", "soon")
    assert_refused(wrong, "--older-than 'soon'")
