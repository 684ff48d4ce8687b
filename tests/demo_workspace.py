"""The demo workspace, built once a run and copied for tests that write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.demo.build import build_demo
from core.release.policy import FILE as POLICY
from core.settings import settings
from core.store import open_store
from tests import workspaces

FIRST, PRODUCTION, REJECTED, WAITING = 4, 8, 14, 20
"""The demo's candidates; the first one was in production before."""
_built: set[Path] = set()
"""Where it is, once a test has asked for it."""


def built(factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished demo, the same one for all processes of this run."""
    home = workspaces.once(factory, "demo-workspace", _build)
    _built.add(home)
    return home


def brought(home: Path, name: str, act: Callable[[Path], object]) -> None:
    """Have ``act`` done to a copy of the demo. If nothing was done to the copy yet, it is done once
    a run, and the copy becomes what came of it.

    Args:
        name: of what is done; the same name, the same act.
    """
    (built_home,) = _built
    policy = [(folder / POLICY).read_bytes() for folder in (home, built_home)]
    if len(set(policy)) > 1 or not workspaces.is_copy(home, built_home):
        act(home)
        return

    def make(made: Path) -> None:
        act(workspaces.copied(built_home, made))

    workspaces.become(home, workspaces.once_in(built_home.parent, f"demo-{name}", make))


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
