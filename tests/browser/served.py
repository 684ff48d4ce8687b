"""A dashboard and a browser, for the browser tests and the screenshots."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.store import open_store

ROOT = Path(__file__).parents[2]
SIGNOFF = str(Path(sys.executable).with_name("signoff"))
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
IDLE = (
    "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
    "[data-test-script-state='notRunning']"
)
DEBOUNCE_MS = 155
"""How long Streamlit's widgets wait before they tell the server."""


@contextmanager
def dashboard(
    home: Path,
    command: str = "dashboard",
    *options: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Serve the workspace, an empty one where there is none, as ``signoff dashboard`` or ``signoff
    demo`` does; the address.
    """
    if command != "demo":
        open_store(home).engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        SIGNOFF,
        command,
        f"--port={port}",
        *(["--no-open"] if command == "demo" else []),
        *options,
    ]
    own = {"SIGNOFF_HOME": str(home), "SIGNOFF_USER": "ada", **(environment or {})}
    with subprocess.Popen(words, env={**os.environ, **own}, stdout=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(server, address)
            yield address
        finally:
            server.terminate()


def _wait_until_healthy(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the dashboard did not start")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def settle(page: Page) -> None:
    """Wait until the page has told the server everything, and the server has answered."""
    page.wait_for_timeout(DEBOUNCE_MS)
    page.wait_for_selector(IDLE, state="attached")
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stSkeleton\"]')")
