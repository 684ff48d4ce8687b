"""One browser for the session, one dashboard for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import demo_workspace
from tests.browser import served
from tests.workspaces import copied

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if served.CHROMIUM is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with served.chromium() as found:
        yield found


@pytest.fixture
def home(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The demo workspace, to write to."""
    return demo_workspace.copied(demo_workspace.built(tmp_path_factory), tmp_path, monkeypatch)


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """A dashboard on that workspace."""
    with served.dashboard(home) as found:
        yield found


@pytest.fixture(scope="session")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard for tests that only look."""
    home = tmp_path_factory.mktemp("looking") / "demo"
    copied(demo_workspace.built(tmp_path_factory), home)
    with served.dashboard(home) as found:
        yield found


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo page, which is for everybody."""
    home = tmp_path_factory.mktemp("public") / "demo"
    copied(demo_workspace.built(tmp_path_factory), home)
    with served.dashboard(home, "demo-page") as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty tab as wide as a small notebook."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
