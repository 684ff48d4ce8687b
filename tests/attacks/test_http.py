"""Requests that are too large, too slow, or say two things at once."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from core import connections as protocol
from core.connections import MAX_HEAD, MAX_HEADERS, CarefulProtocol
from tests.browser.served import dashboard
from tests.core.serving.test_process import wait_until
from tests.workspaces import copied

SECONDS = 60


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads all of a request, and says how long its body was."""
    assert scope["type"] == "http"
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = b"%d" % size
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving() -> Iterator[int]:
    """The port of a server whose limits are those of the module protocol at each moment."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        plain, http=CarefulProtocol, lifespan="off", log_level="critical", loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True
    )
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive())
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        listening.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, port: int) -> int:
    """The same server, which waits for nobody."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "MESSAGE_SECONDS", 0.3)
    return port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def answer(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    said = b""
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionError:
            return said
        if not part:
            return said
        said += part


def said(port: int, *parts: bytes) -> bytes:
    with closing(connect(port)) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except ConnectionError:
                break
        return answer(connection)


def is_alive(port: int) -> bool:
    return said(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"0")


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD + b"A: ", *[b"a" * 65_536] * 40],
        [HEAD, *[b"a" * 65_536] * 40],
        [b"GET /", *[b"a" * 65_536] * 40],
        [b"GET /?", b"a" * MAX_HEAD, b" HTTP/1.1\r\n\r\n"],
        [HEAD, *[b"a:b\r\n" * 10_000] * 40],
        [HEAD, b"a:b\r\n" * (MAX_HEADERS + 1), b"\r\n"],
        [HEAD, *[b"a: " + b"b" * 8_000 + b"\r\n"] * 10, b"\r\n"],
        [HEAD + b"A:", *[b" " * 65_536] * 40],
    ],
    ids=["value", "name", "address", "query", "many", "one too many", "together", "blanks"],
)
def test_a_head_without_end_is_refused(port: int, parts: list[bytes]) -> None:
    told = said(port, *parts)
    assert not told or told.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    if told.startswith(b"HTTP/1.1 431 "):
        assert str(MAX_HEADERS) in json.loads(told.partition(b"\r\n\r\n")[2])["hint"]
    assert is_alive(port)


def test_one_connection_holds_up_nobody(port: int) -> None:
    with closing(connect(port)) as endless:
        endless.sendall(HEAD + b"A: ")
        for _ in range(20):
            try:
                endless.sendall(b"a" * 65_536)
            except ConnectionError:
                break
            assert is_alive(port)


def test_what_keeps_the_limits_is_answered(port: int) -> None:
    lines = b"a:b\r\n" * (MAX_HEADERS - 2)
    assert said(port, HEAD, lines, b"Connection: close\r\n\r\n").endswith(b"\r\n\r\n0")
    long = b"A: " + b"a" * (MAX_HEAD - 1_000) + b"\r\n"
    assert said(port, HEAD, long, b"Connection: close\r\n\r\n").endswith(b"\r\n\r\n0")
    post = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
    assert said(port, post, b"x" * 1_000_000).endswith(b"1000000")


def test_a_trailer_without_end_is_refused(port: int) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for rest in (b"0\r\nA: ", b"0\r\n", b"5;"):
        told = said(port, chunked, rest, *[b"a" * 65_536] * 40)
        assert not told or told[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400"}
    assert said(port, chunked, b"0\r\n", b"a:b\r\n" * 200)[:12] == b"HTTP/1.1 431"
    assert is_alive(port)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"\r\n",
        b"G",
        HEAD,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
        HEAD + b"\r\n" + HEAD,
    ],
    ids=["nothing", "blank", "letter", "head", "body", "second"],
)
def test_half_a_request_is_not_waited_for(hasty: int, begun: bytes) -> None:
    with closing(connect(hasty)) as connection:
        connection.sendall(begun)
        answer(connection)  # ends only when the server closes


def test_a_byte_now_and_then_keeps_no_connection(hasty: int) -> None:
    with closing(connect(hasty)) as connection:
        connection.sendall(HEAD)
        try:
            for _ in range(SECONDS * 20):
                connection.sendall(b"a: b\r\n")
                time.sleep(0.05)
        except ConnectionError:
            return
    raise AssertionError("it was never closed")


def test_a_connection_that_is_used_again_and_again_stays(hasty: int) -> None:
    with closing(connect(hasty)) as connection:
        for _ in range(8):
            connection.sendall(HEAD + b"\r\n")
            told = b""
            while not told.endswith(b"\r\n\r\n0"):
                part = connection.recv(65_536)
                assert part, told
                told += part
            time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("app", ["dashboard", "demo-page"])
def test_page_servers_have_the_same_limits(app: str, empty: Path, tmp_path: Path) -> None:
    with dashboard(copied(empty, tmp_path / "served"), app) as served:
        port = urlsplit(served).port
        assert port
        assert said(port, HEAD, b"a:b\r\n" * 200)[:12] == b"HTTP/1.1 431"
        told = said(port, HEAD + b"A: ", *[b"a" * 65_536] * 40)
        assert not told or told[:12] == b"HTTP/1.1 431"


SPLITS = st.lists(st.integers(1, 400), max_size=20)


@given(st.lists(st.binary(max_size=40), max_size=5), SPLITS)
def test_any_cut_of_requests_gives_the_same_answers(
    port: int, bodies: list[bytes], cuts: list[int]
) -> None:
    asked = b"".join(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        for body in bodies
    )
    whole = asked + HEAD + b"Connection: close\r\n\r\n"
    parts, start = [], 0
    for cut in cuts:
        parts.append(whole[start : start + cut])
        start += cut
    told = said(port, *parts, whole[start:])
    assert told.count(b"HTTP/1.1 200") == len(bodies) + 1


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_leave_the_server_alive(port: int, content: bytes) -> None:
    with closing(connect(port)) as connection:
        connection.sendall(content)
    assert is_alive(port)
