"""How much of a request may come, and how long it may take: uvicorn has no limit for either.

Half a header is kept until its end comes, and what comes is added to it by copying: one line
without end would hold up everybody. A connection that sends nothing would stay open for ever.
"""

import http
from asyncio import TimerHandle, Transport
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTIONS = 2_000
"""At once; requests over more are refused."""
MAX_HEAD = 64 * 2**10
"""Bytes of a request's line and headers, and of what a chunk or a trailer says of itself."""
MAX_HEADERS = 100
HEAD_SECONDS = 10.0
"""From a connection's first moment, or a request's first byte, to the end of its headers."""
MESSAGE_SECONDS = 40.0
"""From there to the end of its body: longer than the application waits for it."""
_TOO_LARGE, _BAD = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, http.HTTPStatus.BAD_REQUEST
_HINTS = {
    _TOO_LARGE: f"Send at most {MAX_HEADERS} headers, and {MAX_HEAD // 2**10} KiB of them.",
    _BAD: "Send requests of HTTP/1.1.",
}


class _TooLargeError(Exception):
    """Ends the parser's work in the middle of a request."""


class CarefulProtocol(HttpToolsProtocol):
    """uvicorn's protocol with these limits. Where a request keeps them, nothing is different."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._timer: TimerHandle | None = None
        self._armed = 0.0
        self._seconds = HEAD_SECONDS
        self._between, self._heard, self._refused = True, False, False
        self._head, self._count = 0, 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._between, self._heard = False, False
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._heard:
            # All of it is part of something that has not ended yet.
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse(_TOO_LARGE)
                return
        if self._between:
            self._disarm()
        elif self._armed != self._seconds:
            self._arm(self._seconds)

    def on_message_begin(self) -> None:
        self._heard, self._between = True, False
        self._head, self._count, self._seconds = 0, 0, HEAD_SECONDS
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._add(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        self._add(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._heard, self._seconds = True, MESSAGE_SECONDS
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._heard = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._heard, self._between = True, True
        self._armed = 0.0  # what comes next has its own time
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Uvicorn's answer to what it cannot read, in the form of all others."""
        over = self._head > MAX_HEAD or self._count > MAX_HEADERS
        self._refuse(_TOO_LARGE if over else _BAD)

    def _add(self, size: int) -> None:
        self._heard = True
        self._head += size
        if self._head > MAX_HEAD or self._count > MAX_HEADERS:
            raise _TooLargeError

    def _refuse(self, status: http.HTTPStatus) -> None:
        self._refused = True
        self._disarm()
        if self.transport.is_closing():
            return
        said = {"error": "The server cannot read this request", "hint": _HINTS[status]}
        body = orjson.dumps(said)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._armed = seconds
        self._timer = self.loop.call_later(seconds, self._too_late)

    def _disarm(self) -> None:
        self._armed = 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        """Nothing is said: who sends a byte now and then does not listen either."""
        self._refused = True
        self.transport.close()
