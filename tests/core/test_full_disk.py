"""A disk that is really full: nothing half-written, and the person is told which."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import audit
from core.collect.files import import_files
from core.errors import StorageError
from core.executions import listing
from core.release.candidates import get
from core.release.openings import open_test
from core.release.review import propose
from core.settings import settings
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store import models as models_table
from core.store import posts as posts_table
from core.training.train import train
from tests.factories import CAREFUL, QUICK, make_corpus, set_policy, write_folder

SIZE_KIB = 6_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def crowded(trained: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The trained workspace on the small disk, with next to nothing free: see :func:`relieve`."""
    home = small_disk / "workspace"
    shutil.copytree(trained, home)
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    settings.cache_clear()
    opened = open_store(home)
    listing(opened)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"x" * (free - 200 * 1024))
    yield opened
    opened.engine.dispose()


def relieve(store: Store) -> None:
    (store.home.parent / "filler").unlink()


def artifacts(store: Store) -> set[Path]:
    return set(store.artifacts.root.rglob("*"))


def assert_told(error: StorageError, store: Store) -> None:
    assert "The disk that holds" in error.reason
    assert str(store.home) in error.reason
    assert "Free some space" in str(error.hint)


def test_a_model_that_does_not_fit_is_not_kept(crowded: Store) -> None:
    before = artifacts(crowded)
    params = {**QUICK, "bucket": "100000"}
    snapshot = find(crowded, "small")
    with pytest.raises(StorageError) as caught:
        train(crowded, snapshot, model="fasttext", params=params, threads=1)
    assert_told(caught.value, crowded)
    with crowded.read() as session:
        assert [model.execution for model in models_table.models(session)] == [5, 3]
    new = artifacts(crowded) - before
    assert all(crowded.artifacts.read(path.name) for path in new if path.is_file())  # logs, whole
    assert not [path for path in new if path.name.startswith("tmp")]
    relieve(crowded)
    assert train(crowded, snapshot, model="fasttext", params=params, threads=1).execution > 6


@pytest.mark.slow
def test_posts_that_do_not_fit_are_left_out_by_whole_batches(
    crowded: Store, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "in", make_corpus(posts=4_000, seed=5))
    with pytest.raises(StorageError) as caught:
        import_files(crowded, [folder])
    assert_told(caught.value, crowded)
    relieve(crowded)
    with crowded.read() as session:
        assert posts_table.totals(session).posts == 240
    import_files(crowded, [folder])
    with crowded.read() as session:
        assert posts_table.totals(session).posts == 16_000


def test_a_snapshot_that_does_not_fit_is_not_kept(crowded: Store) -> None:
    (crowded.home.parent / "more").write_bytes(
        b"x" * max(0, shutil.disk_usage(crowded.home).free - 8 * 1024)
    )
    with pytest.raises(StorageError) as caught:
        create(crowded, Rules(min_posts=7))
    assert_told(caught.value, crowded)
    (crowded.home.parent / "more").unlink()
    relieve(crowded)
    assert create(crowded, Rules(min_posts=7))[0].splits["train"] == 192


def test_an_opening_that_does_not_fit_is_none_or_can_be_finished(crowded: Store) -> None:
    """Never an unrecorded look: without room for the row, the split stays closed."""
    set_policy(crowded, CAREFUL)
    propose(crowded, 5)
    more, states = crowded.home.parent / "more", set()
    for free_kib in (0, 40, 100):
        more.write_bytes(b"x" * max(0, shutil.disk_usage(crowded.home).free - free_kib * 1024))
        with pytest.raises(StorageError) as caught:
            open_test(crowded, 5, reason="it is time")
        assert_told(caught.value, crowded)
        more.unlink()
        found = get(crowded, 5)
        states.add(found.unfinished is not None)
        assert (found.state, found.result) == ("proposed", None)
    assert states == {False, True}
    relieve(crowded)
    assert open_test(crowded, 5, reason="it is time").state == "tested"
    assert [event.kind for event in get(crowded, 5).events] == ["proposed", "opened", "tested"]
    assert audit.verify(crowded).broken is None
