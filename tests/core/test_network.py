"""Which addresses others can reach, and by which names a server goes."""

import pytest

from core.network import asked_as, is_loopback


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_only_this_machine_reaches_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "10.0.0.1", "localhost.eu"])  # noqa: S104
def test_others_reach_the_rest(address: str | None) -> None:
    assert not is_loopback(address)


def test_a_server_goes_by_the_names_of_its_address_and_those_it_was_given() -> None:
    here = ("localhost", "127.0.0.1", "::1")
    assert asked_as("127.0.0.1") == asked_as("localhost") == here
    assert asked_as("127.0.0.2", ["a.example"]) == (*here, "127.0.0.2", "a.example")
    assert asked_as("0.0.0.0", ["a.example"]) == (*here, "a.example")  # noqa: S104
    assert asked_as("0.0.0.0") == ()  # noqa: S104 - any
