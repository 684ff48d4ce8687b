"""What every request passes: how much it may send and how long it may take, the headers that every
answer carries, the line in the log. No framework in it: this runs for each request.
"""

import asyncio
import itertools
import logging
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.api.callers import Authenticator
from core.api.meters import Meters
from core.api.problems import HINTS, HttpError, problem, unexpected
from core.errors import SignoffError
from core.hints import Command, Hint

log = logging.getLogger("signoff.api")
Lines = Callable[[bytes], object]
"""Takes each line of the log of requests."""
MAX_BYTES = 8 * 2**20
"""Of a request's body."""
TOO_LONG = f"The request has more than {MAX_BYTES // 2**20} MiB"
SECONDS = 30.0
"""From the first byte of a request to its answer."""
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
_HOST = re.compile(rb"(?:\[([0-9a-f:.]+)\]|([^:\[\]]*))(?::[0-9]*)?")
"""An IPv6 address, or another name; the port is anybody's."""
_REQUEST_ID = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_SERVER, _count = secrets.token_hex(4).encode(), itertools.count(1)
"""Of which the ids of requests are made that brought none."""
_GUARDED = "/v1/"


class Gate:
    """The outermost application.

    Args:
        hosts: names by which this server may be asked for, IPv6 addresses without brackets; empty:
            any. A page whose name was made to resolve to this machine must not reach it.
        lines: takes the log's line of each request; None: there is no such log.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticator: Authenticator,
        meters: Meters,
        hosts: Collection[str],
        lines: Lines | None,
    ) -> None:
        self._app, self._authenticator, self._meters = app, authenticator, meters
        self._lines, self._told = lines, list[bytes]()
        self._hosts = {host.lower().encode() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        # uvicorn leaves the body out; how long it is stands in the headers.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        passing = _Passing(headers, send)
        state: dict[str, Any] = inner.setdefault("state", {})
        refusal: Response | None = None
        try:
            async with asyncio.timeout(SECONDS):
                self._require_host(scope["headers"])
                if scope["path"].startswith(_GUARDED):
                    client = scope.get("client")
                    state["caller"] = await self._authenticator.let_in(
                        headers, client[0] if client else "local"
                    )
                await self._app(inner, _Limited(headers, receive), passing)
        except TimeoutError:
            refusal = problem(
                HttpError(503, "The request took too long", "Send fewer posts, or try again later.")
            )
        except SignoffError as error:
            refusal = problem(error)
        except Exception:
            log.exception("unexpected", extra={"line": {"request": passing.id.decode()}})
            refusal = unexpected()
        if refusal is not None and not passing.status:
            await refusal(scope, receive, passing)
        self._tell(inner, scope["method"], passing, time.perf_counter() - started)

    def _require_host(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        hosts = [value.lower() for name, value in headers if name == b"host"]
        host = _HOST.fullmatch(hosts[0]) if hosts else None
        if len(hosts) > 1:
            raise HttpError(
                421, "The request names more than one host", "Send the header Host once."
            )
        if self._hosts and (host is None or (host[1] or host[2]) not in self._hosts):
            raise HttpError(
                421,
                "This server does not accept that host name",
                Hint("Allow it when the server starts.", Command("serve", host="NAME")),
            )

    def _tell(self, scope: Scope, method: str, passing: "_Passing", seconds: float) -> None:
        """The request in log and meters: its route, never its address as written."""
        route = getattr(scope.get("route"), "path", "other")
        self._meters.request(route, passing.status, seconds)
        if self._lines is None:
            return
        state = scope["state"]
        caller = state.get("caller")
        line = {
            "at": datetime.now(UTC),
            "event": "request",
            "level": "error" if passing.status >= 500 else "info",
            "request": passing.id.decode(),
            "caller": caller.name if caller else None,
            "method": method,
            "route": route,
            "status": passing.status,
            "ms": round(seconds * 1000, 2),
            **state.get("log", {}),
        }
        # Not by way of logging, which takes longer than everything else here together; and with
        # those of the same turn of the loop, since each time it writes another thread goes first.
        if not self._told:
            asyncio.get_running_loop().call_soon(self._write)
        self._told.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _write(self) -> None:
        lines, self._told = b"".join(self._told), []
        # A full disk, or a reader of the log that has ended, is not a reason to end a connection.
        if self._lines is not None:
            with suppress(OSError):
                self._lines(lines)


class _Passing:
    """Adds what every answer carries that has none of its own, and sees which status it has."""

    __slots__ = ("_send", "id", "status")

    def __init__(self, headers: dict[bytes, bytes], send: Send) -> None:
        given = headers.get(b"x-request-id", b"")
        self.id = given if _REQUEST_ID.fullmatch(given) else b"%b-%x" % (_SERVER, next(_count))
        self.status = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message.get("headers", ())
            own = {name for name, _ in given}
            extra = [header for header in HEADERS if header[0] not in own]
            message = {**message, "headers": [*given, *extra, (b"x-request-id", self.id)]}
        await self._send(message)


class _Limited:
    """Refuses a body that is too long: by what it says of itself, and by what comes."""

    __slots__ = ("_came", "_receive")

    def __init__(self, headers: dict[bytes, bytes], receive: Receive) -> None:
        said = headers.get(b"content-length", b"0")
        if said.isdigit() and int(said) > MAX_BYTES:
            raise HttpError(413, TOO_LONG, HINTS[413])
        self._came, self._receive = 0, receive

    async def __call__(self) -> Message:
        message = await self._receive()
        self._came += len(message.get("body", b""))
        if self._came > MAX_BYTES:
            raise HTTPException(413, TOO_LONG)  # FastAPI lets no other error of a body through
        return message
