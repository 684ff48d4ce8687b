"""Taking posts out of a snapshot while others change its files, or in spite of what is broken."""

from collections.abc import Callable
from typing import Any

import pytest

from core.erasure.erase import erase
from core.errors import ConflictError
from core.snapshots import create, erasing, find, freeze, rotation
from core.snapshots.rules import Rules
from core.snapshots.sealed import Sealed
from core.snapshots.verify import SnapshotState, verify
from core.store import Store
from tests.conftest import Road
from tests.searching import found, marks

ERASED = ["p00007", "p00200", "p00220"]
"""One of each split."""
Meanwhile = Callable[[Store], object]


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Meanwhile, *, times: int = 1) -> None:
    """Have ``act`` done between the writing of the new files and the naming of them."""
    real, left = erasing.sealed, [times]

    def then(store: Store, *arguments: object, **more: object) -> Sealed:
        made = real(store, *arguments, **more)  # type: ignore[arg-type]
        if left[0]:
            left[0] -= 1
            act(store)
        return made

    monkeypatch.setattr(erasing, "sealed", then)


def assert_erased(store: Store) -> None:
    snapshot = find(store, "small")
    assert snapshot.erased == {"train": 1, "valid": 1, "test": 1}
    assert verify(store, snapshot).state == SnapshotState.ERASED


def test_a_key_that_is_changed_meanwhile(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, rotation.rotate)
    erase(road.store, ERASED)
    assert_erased(road.store)
    assert [state.fits for state in rotation.status(road.store)] == [rotation.Fits.PRESENT]
    assert rotation.rotate(road.store).left == []
    assert_erased(road.store)


def test_another_erasure_meanwhile(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda store: erase(store, ["p00008"]))
    erase(road.store, ERASED)
    assert find(road.store, "small").erased == {"train": 2, "valid": 1, "test": 1}
    assert verify(road.store, find(road.store, "small")).state == SnapshotState.ERASED


def test_others_that_are_always_faster(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, rotation.rotate, times=erasing.TRIES)
    with pytest.raises(ConflictError, match="keeps changing the files"):
        erase(road.store, ERASED)
    erase(road.store, [])
    assert_erased(road.store)


def test_a_snapshot_frozen_from_posts_of_before_is_found_behind(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its posts were read before the erasure, its row is written after."""
    whole = freeze._choose_subreddits

    def slow(*chosen: Any) -> object:
        erase(road.store, ERASED)
        return whole(*chosen)

    with monkeypatch.context() as patch:
        patch.setattr(freeze, "_choose_subreddits", slow)
        create(road.store, Rules(min_posts=5), name="late")
    assert find(road.store, "late").erased == {}
    erase(road.store, [])
    assert find(road.store, "late").erased == {"train": 1, "valid": 1, "test": 1}
    assert verify(road.store, find(road.store, "late")).state == SnapshotState.ERASED


@pytest.mark.parametrize("split", ["train", "valid", "sealed_test"])
@pytest.mark.parametrize("harm", ["corrupted", "missing"])
def test_a_broken_file_does_not_keep_the_others(road: Road, split: str, harm: str) -> None:
    path = road.store.artifacts.open(getattr(road.snapshot, split))
    content = path.read_bytes()
    path.unlink()
    if harm == "corrupted":
        path.write_bytes(b"other")
    done = erase(road.store, ERASED)
    assert list(done.left) == [f"small:{split.removeprefix('sealed_')}"]
    assert len(find(road.store, "small").erased) == 2
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    assert erase(road.store, []).left == {}
    assert_erased(road.store)
    models = {road.baseline.digest, road.candidate.digest}
    assert found(road.store, marks(*ERASED), without=models) == set()
