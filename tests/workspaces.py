"""Workspaces that are made once for all tests, and copies of them for tests that write."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.store.artifacts import file_digest

_WRITABLE = 0o222


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first test to ask for it makes, for all pytest processes of this run.

    Args:
        make: fills the folder, which does not exist yet.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = factory.mktemp("making") / name
            make(making)
            making.rename(made)  # half a workspace is never seen
    return made


def copied(home: Path, to: Path) -> Path:
    """A copy of a workspace that nobody writes to at the moment.

    Artifacts are read-only, so the copy shares their files: who wants to break one takes
    :func:`overwrite`.
    """
    return Path(shutil.copytree(home, to, copy_function=_linked))


def overwrite(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of an artifact, in this workspace only."""
    path.unlink()
    path.write_bytes(content)


def assert_untouched(home: Path) -> None:
    """No test wrote into an artifact that its workspace shares with others."""
    for path in home.glob("artifacts/??/*"):
        assert file_digest(path) == path.name, f"a test changed {path} in place"


def _linked(source: str, target: str) -> None:
    if Path(source).stat().st_mode & _WRITABLE:
        shutil.copy2(source, target)
    else:
        os.link(source, target)
