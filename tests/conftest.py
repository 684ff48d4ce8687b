"""Every test has a home and a workspace of its own; a trained workspace is copied, not remade."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from core.evaluation.evaluate import evaluate
from core.settings import settings
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store, sqlite
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.train import of_execution, train
from tests import properties, workspaces
from tests.commands import end_started
from tests.factories import QUICK, fill, make_corpus
from tests.workspaces import copied

_KEPT = "SIGNOFF_SHARED_POSTS"
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes its own folder there
_ROOM = 4 << 30

properties.register()


def pytest_configure() -> None:
    """Workspaces are made in memory where there is room: every commit waits for the disk."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


@pytest.fixture(autouse=True, scope="session")
def plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever the developer has set is not seen, but for where the real posts are."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("SIGNOFF_") and n != _KEPT]:
            patch.delenv(name)
        patch.setenv("SIGNOFF_HOME", str(tmp_path_factory.mktemp("nobody") / "workspace"))
        settings.cache_clear()
        yield


@pytest.fixture(autouse=True, scope="session")
def compiled_once() -> Iterator[None]:
    """SQLAlchemy compiles a statement once, not once for each workspace that a test opens: a sixth
    of the time of tests that use a database.
    """
    compiled: dict[Any, Any] = {}

    def create(*words: Any, **more: Any) -> Engine:
        engine = create_engine(*words, **more)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        # What is compiled is kept by dialect, of which each engine has one.
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
        patch.setattr(sqlite, "create_engine", create)
        yield


def pytest_collection_finish() -> None:
    """What is imported by now stays: it need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def home(
    plain_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Path]:
    """The folder that SIGNOFF_HOME names. It is made by whoever opens it first."""
    (tmp_path / "home").mkdir()
    workspace = tmp_path / "workspace"
    # Streamlit's AppTest leaves the page there, and processes started later would run it.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIGNOFF_HOME", str(workspace))
    monkeypatch.setenv("SIGNOFF_USER", "ada")
    settings.cache_clear()
    yield workspace
    end_started()
    settings.cache_clear()


@pytest.fixture(scope="session")
def empty(plain_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that :func:`store` copies: making a database takes longer than most tests."""
    return workspaces.once(
        tmp_path_factory, "empty", lambda home: open_store(home).engine.dispose()
    )


@pytest.fixture
def store(empty: Path, home: Path) -> Iterator[Store]:
    """An empty workspace."""
    copied(empty, home)
    opened = open_store(home)
    yield opened
    opened.engine.dispose()


@dataclass(frozen=True, slots=True)
class Road:
    """A workspace with a snapshot and two evaluated models."""

    store: Store
    snapshot: Snapshot
    baseline: Model
    candidate: Model


@pytest.fixture(scope="session")
def trained(plain_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace that :func:`road` copies."""
    home = workspaces.once(tmp_path_factory, "trained", _train)
    yield home
    workspaces.assert_untouched(home)


def _train(home: Path) -> None:
    store = open_store(home)
    fill(store, make_corpus())
    snapshot, _ = create(store, Rules(), name="small")
    for seed in (1, 2):
        model = train(store, snapshot, model="fasttext", params=QUICK, seed=seed, threads=1)
        evaluate(store, model, snapshot)
    store.engine.dispose()


@pytest.fixture
def road(trained: Path, home: Path) -> Iterator[Road]:
    """Executions: 1 import, 2 snapshot, 3 and 5 training, 4 and 6 evaluation."""
    copied(trained, home)
    with opened(home) as it:
        yield it


@contextmanager
def opened(home: Path) -> Iterator[Road]:
    """A copy of the trained workspace, or of one that came of it."""
    store = open_store(home)
    yield Road(
        store=store,
        snapshot=find(store, "small"),
        baseline=of_execution(store, 3),
        candidate=of_execution(store, 5),
    )
    store.engine.dispose()
