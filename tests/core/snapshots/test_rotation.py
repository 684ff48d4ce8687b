"""A new key takes the old one's place, and at no moment is there a split that no key opens."""

import base64
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from core.access.identity import Actor, Way, acting_as
from core.errors import ConflictError, CorruptArtifactError, NotFoundError, RefusedError
from core.executions import get, listing
from core.settings import settings
from core.snapshots import create, find, keys, load_split, rotation
from core.snapshots.content import from_parquet
from core.snapshots.rotation import Fits, rotate, status
from core.snapshots.rules import Rules
from core.snapshots.unsealed import unseal
from core.store import Store, open_store
from core.store.writing import write
from tests.commands import signoff
from tests.conftest import Road
from tests.factories import make_corpus
from tests.workspaces import copied

TEST_IDS = [post.id for post in make_corpus()[-24:]]
OTHER_KEY = base64.b64encode(bytes(range(32))).decode()
CHANGES = {"os.rename", "os.link", "os.remove"}


@pytest.fixture
def two(road: Road) -> Road:
    """The road with a second snapshot."""
    create(road.store, Rules(min_posts=5), name="other")
    return road


def opened_ids(store: Store, name: str) -> list[str]:
    return from_parquet(unseal(store, find(store, name)).source).ids


def fits(store: Store) -> dict[str, Fits]:
    return {state.snapshot.id: state.fits for state in status(store)}


def key_files(store: Store) -> list[str]:
    return sorted(path.name for path in store.home.glob("seal.key*"))


def secret(store: Store) -> bytes:
    return (store.home / "seal.key").read_bytes()


def environment(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SIGNOFF_{name}", value)
    settings.cache_clear()


def test_every_split_is_sealed_anew_and_the_old_key_and_files_are_gone(two: Road) -> None:
    store, old = two.store, secret(two.store)
    before = [find(store, name) for name in ("small", "other")]
    made = rotate(store)
    assert {s.id for s in made.resealed} == {"small", "other"}
    assert made.left == []
    assert secret(store) != old
    assert key_files(store) == ["seal.key"]
    for was in before:
        now = find(store, was.id)
        assert (now.digest, now.train, now.valid) == (was.digest, was.train, was.valid)
        assert now.sealed_test != was.sealed_test
        with pytest.raises(NotFoundError, match="missing from the workspace"):
            store.artifacts.open(was.sealed_test)
        assert opened_ids(store, was.id) == TEST_IDS
    assert get(store, made.execution).kind == "rotate"
    assert not any(base64.b64encode(key).decode() in repr(made) for key in (old, secret(store)))


def test_a_rotation_tells_how_far_it_is(two: Road) -> None:
    told: list[tuple[float, float | None]] = []
    rotate(two.store, progress=lambda _step, done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]


def test_a_rotation_can_be_repeated(two: Road) -> None:
    rotate(two.store)
    first = secret(two.store)
    rotate(two.store)
    assert secret(two.store) != first
    assert fits(two.store) == {"small": Fits.PRESENT, "other": Fits.PRESENT}


def killed_at(home: Path, moment: int) -> bool:
    """Rotate in a process that is killed before its ``moment``-th change of a file's name; whether
    it came so far.
    """
    child = os.fork()
    if child:
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in {0, -signal.SIGKILL}
        return ended != 0
    count = 0

    def watch(event: str, _arguments: Any) -> None:
        nonlocal count
        count += event in CHANGES
        if event in CHANGES and count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        store = open_store(home)
        sys.addaudithook(watch)
        rotate(store)
    except BaseException:  # noqa: BLE001 - nothing of this process may go on in the tests
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


@pytest.mark.slow
def test_killed_at_any_moment_every_split_can_be_opened_and_the_next_rotation_ends_it(
    two: Road, tmp_path: Path
) -> None:
    two.store.engine.dispose()
    moment, seen = 0, set()
    while True:
        moment += 1
        home = tmp_path / str(moment)
        copied(two.store.home, home)
        killed = killed_at(home, moment)
        store = open_store(home)
        for name in ("small", "other"):
            assert opened_ids(store, name) == TEST_IDS, moment
        seen.add(tuple(sorted(fits(store).items())))
        if killed:
            rotate(store)
        assert set(fits(store).values()) == {Fits.PRESENT}
        assert key_files(store) == ["seal.key"]
        store.engine.dispose()
        if not killed:
            break
    assert moment > 8
    assert len(seen) == 2  # killed before and after the rows were switched


def test_a_snapshot_that_was_sealed_with_the_old_key_meanwhile_does_not_come_to_be(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row would name a file that no key opens any more."""
    real = keys.present_or_new

    def slow(store: Store) -> keys.SealKey:
        key = real(store)
        rotate(store)
        return key

    monkeypatch.setattr(keys, "present_or_new", slow)
    with pytest.raises(ConflictError, match="has just been changed"):
        create(road.store, Rules(min_posts=5), name="late")
    assert [s.snapshot.id for s in status(road.store)] == ["small"]
    monkeypatch.setattr(keys, "present_or_new", real)
    create(road.store, Rules(min_posts=5), name="late")
    assert set(fits(road.store).values()) == {Fits.PRESENT}


def test_a_file_restored_during_a_rotation_stays(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freezing again with --force names new files, which a rotation must not undo."""
    real = rotation.encrypted

    def with_a_break(plain: bytes, key: keys.SealKey, *, snapshot: str) -> bytes:
        monkeypatch.setattr(rotation, "encrypted", real)
        create(road.store, Rules(), force=True)
        return real(plain, key, snapshot=snapshot)

    monkeypatch.setattr(rotation, "encrypted", with_a_break)
    rotate(road.store)
    assert opened_ids(road.store, "small") == TEST_IDS
    assert len(load_split(road.store, find(road.store, "small"), "valid")) == 24


def test_a_rotation_that_is_overtaken_keeps_the_key_that_the_next_one_needs(
    two: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rotation._forget

    def late(store: Store, key: keys.SealKey) -> None:
        monkeypatch.setattr(rotation, "_forget", real)
        rotate(store)
        with write(store):
            keys.replace(store)
        real(store, key)

    monkeypatch.setattr(rotation, "_forget", late)
    rotate(two.store)
    assert key_files(two.store) == ["seal.key", "seal.key.previous"]
    assert fits(two.store) == {"small": Fits.PREVIOUS, "other": Fits.PREVIOUS}


@pytest.mark.parametrize("harm", ["corrupted", "missing"])
def test_a_damaged_file_stops_the_rotation_and_both_keys_are_kept(two: Road, harm: str) -> None:
    path = two.store.artifacts.open(two.snapshot.sealed_test)
    content = path.read_bytes()
    path.unlink()
    if harm == "corrupted":
        path.write_bytes(b"other")
    with pytest.raises((CorruptArtifactError, NotFoundError), match="Restore"):
        rotate(two.store)
    assert key_files(two.store) == ["seal.key", "seal.key.previous"]
    assert fits(two.store) == {"small": Fits.NONE, "other": Fits.PREVIOUS}
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    rotate(two.store)
    assert key_files(two.store) == ["seal.key"]
    assert opened_ids(two.store, "small") == TEST_IDS


def test_a_split_whose_key_is_lost_stays_and_a_key_found_again_opens_it(road: Road) -> None:
    path = road.store.home / "seal.key"
    lost = path.read_bytes()
    path.unlink()
    create(road.store, Rules(min_posts=5), name="newer")
    assert fits(road.store) == {"small": Fits.NONE, "newer": Fits.PRESENT}
    made = rotate(road.store)
    assert [s.id for s in made.left] == ["small"]
    found = road.store.home / "seal.key.previous"
    found.write_bytes(lost)
    found.chmod(0o600)
    assert fits(road.store) == {"small": Fits.PREVIOUS, "newer": Fits.PRESENT}
    assert rotate(road.store).left == []
    assert fits(road.store) == {"small": Fits.PRESENT, "newer": Fits.PRESENT}


def test_only_an_admin_changes_the_key(road: Road) -> None:
    before = secret(road.store)
    with (
        acting_as(Actor("bob", Way.SIGNED_IN)),
        pytest.raises(RefusedError, match="the admin role"),
    ):
        rotate(road.store)
    assert (secret(road.store), key_files(road.store)) == (before, ["seal.key"])
    assert not listing(road.store, kinds=["rotate"])


def test_a_key_of_the_environment_is_changed_there(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = secret(road.store).decode()
    (road.store.home / "seal.key").unlink()
    environment(monkeypatch, SEAL_KEY=old)
    with pytest.raises(RefusedError, match="Set SIGNOFF_SEAL_KEY_PREVIOUS to the current key"):
        rotate(road.store)
    environment(monkeypatch, SEAL_KEY=OTHER_KEY, SEAL_KEY_PREVIOUS=old)
    assert fits(road.store) == {"small": Fits.PREVIOUS}
    assert rotate(road.store).left == []
    monkeypatch.delenv("SIGNOFF_SEAL_KEY_PREVIOUS")
    settings.cache_clear()
    assert fits(road.store) == {"small": Fits.PRESENT}
    assert opened_ids(road.store, "small") == TEST_IDS
    assert key_files(road.store) == []


def test_nothing_sealed_is_no_error(store: Store) -> None:
    assert status(store) == []
    said = signoff("seal", "status")
    assert (said.code, "Nothing is sealed yet" in said.out) == (0, True)


def test_without_a_key_status_and_rotation_say_so_and_make_none(road: Road) -> None:
    (road.store.home / "seal.key").unlink()
    for ask in (status, rotate):
        with pytest.raises(NotFoundError, match="Without it they can never be opened"):
            ask(road.store)
    assert key_files(road.store) == []


def test_on_the_command_line(two: Road) -> None:
    assert [s["key"] for s in signoff("seal", "status", "--json").json] == ["present"] * 2
    made = signoff("seal", "rotate", "--json").json
    assert made["resealed"] == ["other", "small"]
    assert (made["left"], made["key"]) == ([], str(two.store.home / "seal.key"))
    assert {"execution", "seconds"} <= set(made)
    again = signoff("seal", "rotate")
    assert "2 test splits sealed with the new key" in again.out
    (two.store.home / "seal.key").write_text(OTHER_KEY)
    told = signoff("seal", "status")
    assert told.code == 0
    assert "Freeze a newer snapshot; or restore that key" in " ".join(told.out.split())
    for word in (*TEST_IDS, "mark239x", OTHER_KEY):
        assert word not in told.out + again.out
