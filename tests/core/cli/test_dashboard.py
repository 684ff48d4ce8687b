"""What cannot be served is refused before anything is started."""

import os
import socket

import pytest

from core.cli.demo_page import demo_page
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


def test_the_demo_page_believes_no_proxy_and_has_no_menu(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, env: begun.append((words, env)))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    demo_page(port=port, address="127.0.0.2", host=["suggest.example.com"])
    ((words, environment),) = begun
    assert words[4].endswith("dashboard/public_page.py")
    assert {"--server.address=127.0.0.2", "--server.allowedHosts=127.0.0.2"} <= set(words)
    assert {"--server.allowedHosts=localhost", "--client.toolbarMode=minimal"} <= set(words)
    assert "--server.allowedHosts=suggest.example.com" in words
    assert "--server.allowedHosts=*" not in words
    assert "--logger.hideWelcomeMessage=true" in words  # nobody elsewhere is told of this server
    assert environment["FORWARDED_ALLOW_IPS"] == ""
    assert environment["SIGNOFF_HOME"] == str(store.home)
    assert f"http://127.0.0.2:{port} " in capsys.readouterr().out
