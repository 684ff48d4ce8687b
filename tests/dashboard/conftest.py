"""Pages run in this process, on a copy of the demo or on an empty workspace."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.access.identity import entrance, local_operator
from core.jobs import starting
from core.settings import settings
from core.store.sqlite import DATABASE
from dashboard import guard
from tests import demo_workspace, workspaces
from tests.dashboard.asking import Headers, asked_from_this_machine
from tests.working import work_off

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SECONDS = 60
DEFAULT = "overview"
"""The page that has no name in the address."""

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True, scope="session")
def _no_components() -> Iterator[None]:
    """Pages use no components of other packages. To look for some, every run of a page would read
    the metadata of all packages, which takes ten times as long as the page.
    """
    with patch.object(BidiComponentManager, "discover_and_register_components"):
        yield


@pytest.fixture(autouse=True)
def _entrance() -> Iterator[None]:
    """What an app says of who acts is forgotten: other tests run in this process too."""
    yield
    entrance(local_operator)


@pytest.fixture(autouse=True)
def _fresh_caches(request: pytest.FixtureRequest) -> Iterator[None]:
    """What pages of another workspace have cached is forgotten; tests of :func:`shown` share it."""
    if "shown" in request.fixturenames:
        yield
        return
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def headers() -> Iterator[Headers]:
    """The headers of the requests that pages of this test see."""
    with asked_from_this_machine() as sent:
        yield sent


@pytest.fixture(autouse=True)
def _guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages believe that their requests pass the guard, as those of a server do."""
    monkeypatch.setattr(guard, "_standing", True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages ask for is done while they ask, in this process."""
    monkeypatch.setattr(starting, "start", work_off)


@pytest.fixture
def demo(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The demo workspace, to write to."""
    return demo_workspace.copied(demo_workspace.built(tmp_path_factory), tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The workspace of :func:`shown`."""
    built = demo_workspace.built(tmp_path_factory)
    home = workspaces.copied(built, tmp_path_factory.mktemp("looked-at") / "demo")
    decided = _decisions(home)
    yield home
    assert _decisions(home) == decided, "a test that takes `shown` decided something"
    workspaces.assert_untouched(built)


@pytest.fixture
def shown(looked_at: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo workspace for tests that only look: one for all of them, and what was read from it
    stays cached. Pages may add comparisons to it, nothing else.
    """
    monkeypatch.setenv("SIGNOFF_HOME", str(looked_at))
    settings.cache_clear()
    return looked_at


def _decisions(home: Path) -> int:
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        return int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])


@pytest.fixture
def open_page() -> Open:
    """Open a page by its file, with a query."""

    def open_(view: str = "", /, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        if view not in {"", DEFAULT}:
            # As by its address. AppTest.switch_page() would have the first page run before.
            app._page_hash = calc_hash(view)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return open_
