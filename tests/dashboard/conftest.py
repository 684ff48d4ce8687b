"""Pages run in this process, on a copy of the demo or on an empty workspace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from tests import demo_workspace

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SECONDS = 60

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


class Headers(dict[str, str]):
    """What a browser of this machine sends: pages that run without a socket have none."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


@pytest.fixture(autouse=True)
def headers(monkeypatch: pytest.MonkeyPatch) -> Headers:
    """The headers of the requests that pages of this test see."""
    sent = Headers({"Host": "localhost:8501", "Origin": "http://localhost:8501"})
    monkeypatch.setattr(ContextProxy, "headers", sent)
    return sent


@pytest.fixture
def demo(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The demo workspace, to write to."""
    return demo_workspace.copied(demo_workspace.built(tmp_path_factory), tmp_path, monkeypatch)


@pytest.fixture
def open_page() -> Open:
    """Open a page by its file, with a query."""

    def open_(view: str = "", /, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.run()
        if view:
            app.switch_page(f"views/{view}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return open_
