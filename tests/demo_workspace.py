"""The demo workspace, built once a run and copied for tests that write."""

from pathlib import Path

import pytest

from core.demo.build import build_demo
from core.settings import settings
from core.store import open_store
from tests import workspaces

FIRST, PRODUCTION, REJECTED, WAITING = 4, 8, 14, 20
"""The demo's candidates; the first one was in production before."""


def built(factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished demo, the same one for all processes of this run."""
    return workspaces.once(factory, "demo-workspace", _build)


def copied(built_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may write to, as the workspace of this process."""
    home = workspaces.copied(built_home, tmp_path / "demo")
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    settings.cache_clear()
    return home


def _build(home: Path) -> None:
    store = open_store(home)
    build_demo(store)
    store.engine.dispose()
