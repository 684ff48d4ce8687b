"""Receivers of messages on loopback, in whatever mood: one of webhooks, one of mail."""

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = BaseHTTPRequestHandler
Mood = Callable[[Request], None]


@dataclass(frozen=True, slots=True)
class Got:
    """A request that came in."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class FakeWebhook:
    """A server that takes messages. ``mood``: writes an answer of its own instead of 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    mood: Mood | None = None

    def taken(self) -> dict[str, Got]:
        """As a receiver keeps them that heeds the key: each message once."""
        return {each.headers["Idempotency-Key"]: each for each in self.got}


def answering(status: int, **headers: str) -> Mood:
    """The mood to answer always the same."""

    def answer(request: Request) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def garbage(request: Request) -> None:
    """What is no HTTP at all."""
    request.wfile.write(b"\x00\xff SSH-2.0 whoa there\r\n\r\n")
    request.close_connection = True


def dripping(request: Request) -> None:
    """An answer of one letter at a time, which no limit of a single read ends."""
    for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000:
        request.wfile.write(bytes([letter]))
        request.wfile.flush()
        time.sleep(0.02)


@contextmanager
def webhook() -> Iterator[FakeWebhook]:
    """One that takes everything, until it is given a mood."""
    fake = FakeWebhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fake.got.append(Got(dict(self.headers), body))
            try:
                (fake.mood or answering(204))(self)
            except (BrokenPipeError, ConnectionResetError):  # who asked has gone
                self.close_connection = True

        do_GET = do_POST  # noqa: N815 - what a redirect that is followed asks

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}/T000/secret-path"
    with _serving(server):
        yield fake


@dataclass(slots=True)
class FakeMail:
    """A mail server. ``refuses``: command -> what it says to that instead of yes."""

    port: int = 0
    got: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)


@contextmanager
def mail() -> Iterator[FakeMail]:
    """One that takes everything, until it refuses something."""
    fake = FakeMail()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say(fake.refuses.get("CONNECT", "220 fake"))
            for line in self.rfile:
                verb = line.decode("latin-1").split(maxsplit=1)[0].upper() if line.strip() else ""
                if verb in fake.refuses:
                    self._say(fake.refuses[verb])
                elif verb == "DATA":
                    self._say("354 go on")
                    fake.got.append(self._letter())
                    self._say(fake.refuses.get("END", "250 taken"))
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 fine")

        def _letter(self) -> str:
            lines = iter(self.rfile.readline, b".\r\n")
            return b"".join(lines).decode("utf-8")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode("latin-1"))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    fake.port = server.server_address[1]
    with _serving(server):
        yield fake


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
