"""The demo workspace, built once a run and copied for tests that write."""

import shutil
from pathlib import Path

import pytest

from core.demo.build import build_demo
from core.settings import settings
from core.store import open_store

GROUP = pytest.mark.xdist_group("demo")
"""Keeps all tests of the demo on one worker, so that it is built once."""
FIRST, PRODUCTION, REJECTED, WAITING = 4, 8, 14, 20
"""The demo's candidates; the first one was in production before."""


def built(factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished demo, the same one for the whole session."""
    home = factory.getbasetemp() / "demo-workspace"
    if not home.exists():
        making = factory.mktemp("making") / "demo"
        store = open_store(making)
        build_demo(store)
        store.engine.dispose()
        making.rename(home)  # one that failed on the way is built anew
    return home


def copied(built_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may write to, as the workspace of this process."""
    home = tmp_path / "demo"
    shutil.copytree(built_home, home)
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    settings.cache_clear()
    return home
