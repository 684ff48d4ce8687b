"""Files named by their content: whole, verified, or not there."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CorruptArtifactError, NotFoundError, StorageError
from core.store.artifacts import Artifacts, explain

CONTENT = b"a model"


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


def files(artifacts: Artifacts) -> list[Path]:
    return [path for path in artifacts.root.rglob("*") if path.is_file()]


@given(content=st.binary(max_size=200))
def test_what_is_put_is_read_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    artifacts = Artifacts(tmp_path_factory.getbasetemp() / "round-trips")
    assert artifacts.read(artifacts.put_bytes(content)) == content


def test_the_same_content_is_stored_once(artifacts: Artifacts) -> None:
    assert artifacts.put_bytes(CONTENT) == artifacts.put_bytes(CONTENT)
    assert len(files(artifacts)) == 1


def test_a_stored_file_cannot_be_written_to(artifacts: Artifacts) -> None:
    path = artifacts.open(artifacts.put_bytes(CONTENT))
    assert path.stat().st_mode & 0o222 == 0


def test_a_scratch_folder_and_what_is_left_in_it_vanish(artifacts: Artifacts) -> None:
    with artifacts.scratch() as folder:
        (folder / "half").write_bytes(CONTENT)
    assert not folder.exists()
    assert files(artifacts) == []


@pytest.mark.parametrize("change", [b"", CONTENT + b"!", b"A model"])
def test_changed_content_is_refused_by_name(artifacts: Artifacts, change: bytes) -> None:
    digest = artifacts.put_bytes(CONTENT)
    path = artifacts.open(digest)
    path.chmod(0o644)
    path.write_bytes(change)
    with pytest.raises(CorruptArtifactError, match=f"Artifact {digest[:12]} is corrupted"):
        artifacts.read(digest)


def test_putting_the_content_again_heals_a_corrupted_artifact(artifacts: Artifacts) -> None:
    digest = artifacts.put_bytes(CONTENT)
    path = artifacts.open(digest)
    path.chmod(0o644)
    path.write_bytes(b"")
    artifacts.put_bytes(CONTENT)
    assert artifacts.read(digest) == CONTENT


def test_a_missing_artifact_is_named(artifacts: Artifacts) -> None:
    with pytest.raises(NotFoundError, match="Artifact aaaaaaaaaaaa is missing"):
        artifacts.open("a" * 64)


@pytest.mark.parametrize(
    "name", ["", "abc", "../../../etc/passwd", "A" * 64, "a" * 63 + "/", "a" * 64 + "\n", "é" * 64]
)
def test_what_is_no_digest_reaches_no_file(artifacts: Artifacts, name: str) -> None:
    with pytest.raises(NotFoundError, match="is not a digest"):
        artifacts.open(name)


def test_a_write_that_fails_leaves_nothing_and_names_the_disk(
    artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError) as caught:
        artifacts.put_bytes(CONTENT)
    assert str(artifacts.root) in caught.value.reason
    assert "full" in caught.value.reason
    assert files(artifacts) == []


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EIO])
def test_other_refusals_of_the_system_say_which_path(code: int) -> None:
    said = explain(OSError(code, os.strerror(code)), Path("/there/it"))
    assert "/there/it" in said.reason
    assert os.strerror(code) in said.reason
    assert "SIGNOFF_HOME" in str(said.hint)


@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOSPC])
def test_a_file_that_the_user_chose_is_not_mended_by_another_workspace(code: int) -> None:
    said = explain(OSError(code, os.strerror(code)), Path("/there/it"), chosen=True)
    assert "SIGNOFF_HOME" not in str(said.hint)


def test_a_store_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        Artifacts(tmp_path / "file" / "artifacts").put_bytes(CONTENT)


def test_what_is_left_unfinished_is_found_again_until_it_is_finished_or_old(
    tmp_path: Path,
) -> None:
    artifacts = Artifacts(tmp_path / "artifacts")
    with pytest.raises(KeyboardInterrupt), artifacts.unfinished("ab") as folder:
        (folder / "part").write_text("done")
        raise KeyboardInterrupt
    with artifacts.unfinished("cd") as other:
        assert list(other.iterdir()) == []
    with artifacts.unfinished("ab") as folder:
        assert (folder / "part").read_text() == "done"
    assert list(artifacts.root.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), artifacts.unfinished("ab") as folder:
        raise KeyboardInterrupt
    assert not folder.exists()  # nothing was left in it
    with pytest.raises(KeyboardInterrupt), artifacts.unfinished("ab") as folder:
        (folder / "part").write_text("done")
        raise KeyboardInterrupt
    os.utime(folder, (0, 0))
    with artifacts.unfinished("cd"):
        assert not folder.exists()
