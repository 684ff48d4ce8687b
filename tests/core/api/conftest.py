"""A server of the API in this process, asked over HTTP."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from core.api.app import Options, create
from core.api.gate import Lines
from core.connections import CarefulProtocol
from core.serving import heartbeat, worker
from core.store import Store
from tests.core.api.workers import ForkedWorker
from tests.core.serving.conftest import Served, made_once, served, served_from
from tests.core.serving.test_process import wait_until
from tests.workspaces import copied

__all__ = ["served"]

SECONDS = 60
TITLE = "my kitten purring with whiskers"


@dataclass(slots=True)
class Api:
    """A running server."""

    client: httpx.Client
    options: Options
    log: list[bytes]
    """Its lines."""

    def predict(self, *titles: str, **more: object) -> httpx.Response:
        posts = [{"title": title} for title in titles or (TITLE,)]
        return self.client.post("/v1/predict", json={"posts": posts, **more})

    def version(self, **more: object) -> str:
        """Who answers."""
        said = self.predict(**more)
        assert said.status_code == 200, said.text
        found: str = said.json()["version"]
        return found

    def submission(self, **more: object) -> str:
        found: str = self.predict(**more).json()["predictions"][0]["submission"]
        return found

    def feedback(self, submission: str, subreddit: str | None) -> httpx.Response:
        asked = {"submission": submission, "subreddit": subreddit}
        return self.client.post("/v1/feedback", json=asked)

    def follows(self, version: str, **more: object) -> None:
        """Wait until that version answers."""
        wait_until(lambda: self.version(**more) == version)


@contextmanager
def running(
    store: Store, options: Options | None = None, *, lines: Lines | None = None
) -> Iterator[Api]:
    """Serve until the block ends.

    Args:
        lines: takes the log in place of the server's own.
    """
    chosen = options or Options()
    # Of this protocol: else asyncio leaves small answers waiting for the acknowledgement before.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    log: list[bytes] = []
    config = uvicorn.Config(
        create(store, chosen, lines=lines or log.append),
        lifespan="on",
        log_level="error",
        ws="none",
        http=CarefulProtocol,
        loop="asyncio",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive())
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
            yield Api(client, chosen, log)
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        listening.close()


@pytest.fixture(autouse=True, scope="module")
def forked_workers() -> Iterator[None]:
    """Servers of this process are there at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_start", ForkedWorker)
        yield


@pytest.fixture
def api(served: Served) -> Iterator[Api]:
    with running(served.store) as started:
        yield started


@pytest.fixture(scope="module")
def shared(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workspace for all tests of a module that leave its aliases and models alone."""
    home = tmp_path_factory.mktemp("shared") / "workspace"
    copied(made_once(trained, tmp_path_factory), home)
    with served_from(home) as it:
        yield it


@pytest.fixture(scope="module")
def standing(shared: Served) -> Iterator[Api]:
    """A server for those tests, with the usual options."""
    with running(shared.store) as started:
        yield started


@pytest.fixture
def reporting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that start now report with every heartbeat. Named before the server."""
    monkeypatch.setitem(heartbeat.EVERY, heartbeat.Heartbeat._report, 0.0)


Serve = Callable[[Options], Api]


@pytest.fixture
def serve(served: Served) -> Iterator[Serve]:
    """Start a server with other options."""
    open_ones = []

    def start(options: Options) -> Api:
        block = running(served.store, options)
        open_ones.append(block)
        return block.__enter__()

    yield start
    for block in open_ones:
        block.__exit__(None, None, None)
