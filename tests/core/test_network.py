"""Which addresses others can reach, and by which names a server goes."""

import pytest

from core.network import asked_as, is_forwarded, is_loopback


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


@pytest.mark.parametrize(
    "name",
    [
        *("Forwarded", "Via", "X-Forwarded-For", "x-forwarded-port", "X-Forwarded-Ssl"),
        *("X_Forwarded_For", "X-Original-Host", "True-Client-IP", "CF-Connecting-IP"),
    ],
)
def test_a_proxy_shows_itself_by_its_headers(name: str) -> None:
    assert is_forwarded(["host", name])


def test_a_browser_is_no_proxy() -> None:
    usual = ["host", "accept", "origin", "x-request-id", "cookie", "x-requested-with", "user-agent"]
    assert not is_forwarded(usual)
