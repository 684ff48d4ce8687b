"""The built wheel in an environment of its own works from any folder, and is protected there."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BUILT_FROM = ("core", "dashboard", "pyproject.toml", "README.md", "LICENSE")
SECONDS = 400
"""Until a command must have ended; building the demo takes one to five minutes."""
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
HOSTILE_CONFIG = """
[server]
allowedHosts = ["*"]
enableXsrfProtection = false
[browser]
gatherUsageStats = true
[theme]
font = "monospace"
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """Signoff as somebody has it who has no checkout."""

    bin: Path
    folder: Path
    """An empty project of theirs, with names and settings that could get in the way."""
    environment: dict[str, str]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [self.bin / "signoff", *words],
            cwd=self.folder,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, command: str, path: str, **environment: str) -> Iterator[int]:
        """The port of a server that answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        with subprocess.Popen(
            [self.bin / "signoff", command, f"--port={port}"],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.DEVNULL,
        ) as server:
            try:
                deadline = time.monotonic() + SECONDS
                while status(port, path) != 200:
                    assert server.poll() is None, f"{command} did not start"
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                yield port
            finally:
                server.terminate()


def status(port: int, path: str, **headers: str) -> int:
    """The status that a request is answered with; 0 where nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def websocket_status(port: int, host: str) -> int:
    """The status that opening the pages' connection under a host name is answered with."""
    headers = {"Host": host, "Origin": f"http://{host}", **WEBSOCKET}
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        first = connection.recv(4096).decode("latin-1").splitlines()[0]
    return int(first.split()[1])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since building leaves files behind."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    uv("build", "--wheel", "--no-build-isolation", "--out-dir", target, source)
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """In an environment that has the locked packages of this one, but not this checkout."""
    environment = tmp_path_factory.mktemp("environment")
    uv("venv", "--clear", "--python", sys.executable, environment)
    bin_ = environment / "bin"
    uv("pip", "install", "--no-deps", "--python", bin_ / "python", wheel)
    (packages,) = (environment / "lib").glob("python*/site-packages")
    # Paths in a .pth file come last and their own .pth files are not read: so no editable install.
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    folder, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(HOSTILE_CONFIG)
    for name in ("core", "dashboard", "streamlit", "multiprocessing"):
        (folder / f"{name}.py").write_text(f"raise RuntimeError('the wrong {name}')\n")
    return Installed(bin_, folder, {"HOME": str(home), "PATH": os.environ["PATH"]})


def uv(*words: object) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("uv"), *words, "--offline"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def demo(installed: Installed) -> Path:
    """The demo's workspace, where it lies by default."""
    said = installed.run("demo", "--build-only")
    found = re.search(r"The demo workspace .+: (.+)", said)
    assert found
    return Path(found[1])


def test_it_says_its_version(installed: Installed) -> None:
    assert installed.run("--version") == "signoff 0.1.0\n"


def test_the_demo_is_built_in_the_users_own_data_folder(installed: Installed, demo: Path) -> None:
    home = Path(installed.environment["HOME"])
    assert demo == home / ".local" / "share" / "signoff" / "demo-workspace"
    assert (demo / "signoff.db").is_file()


def test_a_command_works_without_a_home_and_in_a_folder_that_nobody_may_write_to(
    installed: Installed, demo: Path
) -> None:
    bare = {"HOME": "/nonexistent", "PATH": os.environ["PATH"], "SIGNOFF_HOME": str(demo)}
    elsewhere = Installed(installed.bin, Path("/proc"), bare)
    assert "20" in elsewhere.run("executions", "list")
    with elsewhere.serving("dashboard", "/_stcore/health") as port:
        assert websocket_status(port, f"localhost:{port}") == 101


def test_a_project_is_begun_with_all_its_files(installed: Installed) -> None:
    written = json.loads(installed.run("init", "team", "--json"))["written"]
    assert all((installed.folder / "team" / name).is_file() for name in written)
    assert ".github/workflows/retrain.yml" in written
    assert "propose" in installed.run("pipeline", "check", "team/signoff.toml")


@pytest.mark.parametrize("command", ["dashboard", "demo-page"])
def test_pages_answer_this_machine_only_whatever_the_folder_says(
    installed: Installed, demo: Path, command: str
) -> None:
    with installed.serving(command, "/_stcore/health", SIGNOFF_HOME=str(demo)) as port:
        assert websocket_status(port, f"localhost:{port}") == 101
        assert websocket_status(port, f"rebound.example.com:{port}") == 403
        assert status(port, "/") == 200


def test_the_api_answers_this_machine_only(installed: Installed, demo: Path) -> None:
    with installed.serving("serve", "/healthz", SIGNOFF_HOME=str(demo)) as port:
        assert status(port, "/healthz", Host="rebound.example.com") == 421
