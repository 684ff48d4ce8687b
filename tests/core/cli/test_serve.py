"""``signoff serve``, before it serves."""

import socket

from tests.commands import assert_refused, signoff


def test_a_port_that_is_taken_is_told(store: object) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = signoff("serve", "--port", taken.getsockname()[1])
    assert_refused(refused, "cannot be used", "--port")


def test_an_address_that_is_not_of_this_machine_is_told(store: object) -> None:
    assert_refused(signoff("serve", "--address", "203.0.113.9"), "203.0.113.9", "cannot be used")
