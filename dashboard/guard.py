"""What every request to a page server passes: no other site shows a page in a frame, opens its
WebSocket, or asks for it under a name that is not this server's.

Streamlit lets any page of this machine open the WebSocket, whatever its port, sends nothing against
frames, and answers plain HTTP under every name.
"""

from collections.abc import Sequence
from importlib import import_module
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.connections import CONNECTIONS, CarefulProtocol

ANY = "*"
"""Among the names of a server: it may be asked for by every name."""
HEADERS = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
]
_PORTS = {"http": 80, "https": 443}
_PLAIN = {"ws": "http", "wss": "https"}
_MISDIRECTED = (
    "This server does not accept that host name. Start it with --host and the name that browsers"
    " use."
)


class Guard:
    """The outermost application.

    Args:
        hosts: the names by which the server may be asked for, IPv6 addresses without brackets.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app, self._hosts = app, {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        global _standing  # noqa: PLW0603 - a process serves one app
        _standing = True
        if scope["type"] == "http":
            await self._answer(scope, receive, _Hardened(send))
        elif scope["type"] == "websocket" and not self._may_open(scope):
            await send({"type": "websocket.close", "code": 1008})  # before it is open: status 403
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_asked_for(_values(scope, b"host")):
            await self._app(scope, receive, send)
            return
        await PlainTextResponse(_MISDIRECTED, status_code=421)(scope, receive, send)

    def _may_open(self, scope: Scope) -> bool:
        hosts = _values(scope, b"host")
        return self._is_asked_for(hosts) and is_own(
            _values(scope, b"origin"),
            host=hosts[0],
            scheme=_PLAIN.get(scope.get("scheme", "ws"), "http"),
            forwarded=_values(scope, b"x-forwarded-proto"),
        )

    def _is_asked_for(self, hosts: Sequence[str]) -> bool:
        """Whether the request names one host, and it is one of this server's."""
        place = _place(f"http://{hosts[0]}") if len(hosts) == 1 else None
        return place is not None and (ANY in self._hosts or place[1] in self._hosts)


def is_own(
    origins: Sequence[str], *, host: str, scheme: str, forwarded: Sequence[str] = ()
) -> bool:
    """Whether a request comes from a page of this very server: scheme, name and port. Pure.

    Args:
        origins: the request's headers of that name. Without any no browser asks.
        host: by which name, and which port, the server is asked for.
        scheme: http or https, as the connection arrives here.
        forwarded: what a proxy says of the scheme that the browser uses. Where it says nothing, a
            proxy may have ended https before a connection of plain http.
    """
    if not origins:
        return True
    said = [each.rpartition(",")[2].strip().lower() for each in forwarded]
    schemes = said or (["https"] if scheme == "https" else ["http", "https"])
    return len(origins) == 1 and any(
        _place(origins[0]) == place for each in schemes if (place := _place(f"{each}://{host}"))
    )


def is_standing() -> bool:
    """Whether requests to this process pass the guard."""
    return _standing


def stand(hosts: Sequence[str]) -> None:
    """From now on, what Streamlit serves in this process is behind the guard.

    Streamlit has no setting for it. Should a later version serve in another way, the guard does not
    stand, and the pages are read-only.
    """
    names = vars(import_module("streamlit.web.server.starlette.starlette_server"))
    serve, chosen = names["create_starlette_app"], names["_get_uvicorn_config_kwargs"]
    names["create_starlette_app"] = lambda runtime: Guard(serve(runtime), hosts)
    names["_get_uvicorn_config_kwargs"] = lambda: {
        **chosen(),
        "http": CarefulProtocol,
        "limit_concurrency": CONNECTIONS,
    }


class _Hardened:
    """Sends an answer with :data:`HEADERS`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
        await self._send(message)


def _place(address: str) -> tuple[str, str, int] | None:
    """Scheme, name and port of an address that has nothing else; None for any other."""
    try:
        parts = urlsplit(address)
        name, port = parts.hostname, parts.port
    except ValueError:  # brackets without an IPv6 address; a port that is none
        return None
    more = parts.username is not None or parts.path or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not name or more:
        return None
    return parts.scheme, name.lower(), port or _PORTS[parts.scheme]


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


_standing = False
