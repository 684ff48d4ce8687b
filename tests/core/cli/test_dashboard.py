"""What cannot be served is refused before anything is started."""

import os
import socket
from pathlib import Path

import pytest

from core.cli.demo_page import demo_page
from core.settings import settings
from core.store import Store
from tests.commands import assert_refused, signoff


def test_a_port_that_is_taken_and_an_address_of_another_machine_are_refused(store: Store) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(signoff("dashboard", "--port", port), f"127.0.0.1 port {port}", "--port")
    elsewhere = signoff("dashboard", "--address", "192.0.2.1", "--port", port)
    assert_refused(elsewhere, "192.0.2.1 port", "--address")


def test_a_file_of_secrets_that_is_missing_is_refused_not_served_without(store: Store) -> None:
    outcome = signoff("dashboard", "--secrets", store.home / "secrets.toml")
    assert_refused(outcome, "There is no file", "docs/security.md")


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")  # as for a user without a name


def test_the_server_is_given_the_workspace_and_all_settings_wherever_it_runs(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    begun: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, env: begun.append((words, env)))
    monkeypatch.setattr(Path, "home", no_home)
    (tmp_path / ".env").write_text("SIGNOFF_TRUSTED_ADDRESS_HEADER=X-Real-IP\n")
    settings.cache_clear()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    demo_page(port=port, address="127.0.0.2", host=["suggest.example.com"])
    ((words, environment),) = begun
    assert words[1:5] == ["-P", "-m", "dashboard.server", "public_page"]
    assert words[5:] == [
        "--address=127.0.0.2",
        f"--port={port}",
        "--host=suggest.example.com",
    ]
    assert environment["SIGNOFF_HOME"] == str(store.home)
    assert environment["HOME"] == "/nonexistent"
    assert environment["SIGNOFF_TRUSTED_ADDRESS_HEADER"] == "X-Real-IP"
    assert f"http://127.0.0.2:{port} " in capsys.readouterr().out
