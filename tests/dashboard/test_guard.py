"""Whose requests a page server answers, and which pages may open its WebSocket."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from dashboard.guard import ANY, Guard, is_own

HOSTS = ("localhost", "127.0.0.1", "::1", "signoff.example.com")


def asked(
    kind: str, *headers: tuple[str, str], hosts: Sequence[str] = HOSTS, scheme: str = ""
) -> list[Message]:
    """What the guard sends to a request, in front of an app that answers everything."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        else:
            await send({"type": "websocket.accept"})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError

    written = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": kind, "headers": written, "scheme": scheme or "ws", "method": "GET"}
    asyncio.run(Guard(app, hosts)(scope, receive, send))
    return sent


def opened(*headers: tuple[str, str], scheme: str = "ws", hosts: Sequence[str] = HOSTS) -> bool:
    return asked("websocket", *headers, scheme=scheme, hosts=hosts)[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 200),
        ("LOCALHOST", 200),
        ("[::1]:8501", 200),
        ("signoff.example.com", 200),
        ("evil.example.com", 421),
        ("localhost.evil.example.com", 421),
        ("localhost@evil.example.com", 421),
        ("evil.example.com/localhost", 421),
        ("[localhost", 421),
        ("localhost:x", 421),
        ("", 421),
    ],
)
def test_only_its_own_names_are_answered_and_nothing_is_framed(host: str, status: int) -> None:
    answer = asked("http", ("host", host))[0]
    assert answer["status"] == status
    headers = dict(answer["headers"])
    assert headers[b"content-security-policy"] == b"frame-ancestors 'none'"
    assert headers[b"x-frame-options"] == b"DENY"


def test_a_request_names_one_host() -> None:
    assert asked("http")[0]["status"] == 421
    twice = asked("http", ("host", "localhost"), ("host", "localhost"))
    assert twice[0]["status"] == 421


def test_a_server_without_names_is_asked_for_by_any() -> None:
    assert asked("http", ("host", "anything.example"), hosts=[ANY])[0]["status"] == 200
    assert asked("http", hosts=[ANY])[0]["status"] == 421


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("localhost:8501", "http://localhost:8501", True),
        ("[::1]:8501", "http://[::1]:8501", True),
        ("signoff.example.com", "https://signoff.example.com", True),
        ("signoff.example.com", "https://signoff.example.com:443", True),
        ("localhost:8501", "http://localhost:8502", False),
        ("localhost:8501", "http://localhost", False),
        ("localhost:8501", "http://127.0.0.1:8501", False),
        ("localhost:8501", "ftp://localhost:8501", False),
        ("localhost:8501", "null", False),
        ("localhost:8501", "http://localhost:8501/", False),
        ("localhost:8501", "http://localhost:8501@evil.example.com", False),
        ("localhost:8501", "https://evil.example.com", False),
        ("evil.example.com", "https://evil.example.com", False),
    ],
)
def test_only_a_page_of_this_server_opens_its_websocket(host: str, origin: str, own: bool) -> None:
    assert opened(("host", host), ("origin", origin)) == own


def test_the_scheme_is_what_the_browser_uses() -> None:
    host, plain = ("host", "signoff.example.com"), ("origin", "http://signoff.example.com")
    assert not opened(host, plain, scheme="wss")
    assert not opened(host, plain, ("x-forwarded-proto", "https"))
    assert opened(host, plain, ("x-forwarded-proto", "http"))


def test_two_origins_are_nobodys_and_none_is_no_browsers() -> None:
    own = ("origin", "http://localhost")
    assert not opened(("host", "localhost"), own, own)
    assert opened(("host", "localhost"))
    assert not opened()


NAMES = st.sampled_from(["localhost", "127.0.0.1", "[::1]", "signoff.example.com", "evil.example"])
PORTS = st.sampled_from(["", ":80", ":443", ":8501", ":8502"])
SCHEMES = st.sampled_from(["http", "https"])


@given(NAMES, PORTS, SCHEMES, NAMES, PORTS, SCHEMES)
def test_another_place_is_never_its_own(
    name: str, port: str, scheme: str, other: str, at: str, by: str
) -> None:
    number = {"http": ":80", "https": ":443"}
    same = (name, port or number[scheme], scheme) == (other, at or number[by], by)
    own = is_own([f"{by}://{other}{at}"], host=f"{name}{port}", scheme=scheme, forwarded=[scheme])
    assert own == same


@given(st.text(max_size=40))
def test_whatever_an_origin_says_it_is_another_or_this_very_one(origin: str) -> None:
    own = is_own([origin], host="localhost:8501", scheme="http")
    assert not own or origin.lower() in ("http://localhost:8501", "https://localhost:8501")
