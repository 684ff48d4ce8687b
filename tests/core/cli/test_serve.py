"""What cannot be served is refused before anything is started."""

import socket

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
