"""A GitHub on loopback: comments of pull requests, statuses of commits, and bad moods."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "team/posts"
TOKEN = "ghs-that-no-output-may-hold"  # noqa: S105 - of a server that is made up
ME = "github-actions[bot]"
Answer = tuple[int, dict[str, str], object]
FORK = (403, {}, {"message": "Resource not accessible by integration"})


@dataclass(slots=True)
class FakeGitHub:
    """``mood``: answers ``GET /path`` in place of GitHub, or gives None. ``pulls``: those that
    there are.
    """

    api: str = ""
    pulls: frozenset[int] = frozenset({7})
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    statuses: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    mood: Callable[[str], Answer | None] = lambda _: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments.values()]

    def say(self, body: str, *, login: str = ME) -> int:
        """Somebody comments."""
        with self._lock:
            number = max(self.comments, default=100) + 1
            self.comments[number] = {
                "id": number,
                "body": body,
                "html_url": f"https://github.example/c/{number}",
                "user": {"login": login},
            }
        return number

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
        """As GitHub does."""
        self.asked.append((method, path))
        if (moody := self.mood(f"{method} {path}")) is not None:
            return moody
        if path == "/user":
            return FORK
        if found := re.fullmatch(rf"/repos/{REPOSITORY}/issues/(\d+)/comments", path):
            return self._comments(method, int(found[1]), query, body)
        if found := re.fullmatch(rf"/repos/{REPOSITORY}/issues/comments/(\d+)", path):
            return self._comment(method, int(found[1]), body)
        if found := re.fullmatch(rf"/repos/{REPOSITORY}/statuses/(\w+)", path):
            self.statuses.append((found[1], body))
            return 201, {}, {}
        return 404, {}, {"message": "Not Found"}

    def _comments(self, method: str, pull: int, query: dict[str, list[str]], body: Any) -> Answer:
        if pull not in self.pulls:
            return 404, {}, {"message": "Not Found"}
        if method == "POST":
            if len(body["body"]) > 65_536:
                return 422, {}, {"message": "body is too long (maximum is 65536 characters)"}
            return 201, {}, self.comments[self.say(body["body"])]
        each, page = (int(query[name][0]) for name in ("per_page", "page"))
        return 200, {}, list(self.comments.values())[each * (page - 1) : each * page]

    def _comment(self, method: str, number: int, body: Any) -> Answer:
        with self._lock:
            if number not in self.comments:
                return 404, {}, {"message": "Not Found"}
            if method == "DELETE":
                del self.comments[number]
                return 204, {}, {}
            self.comments[number]["body"] = body["body"]
            return 200, {}, self.comments[number]


@contextmanager
def github() -> Iterator[FakeGitHub]:
    """One without comments."""
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            if self.headers["Authorization"] == f"Bearer {TOKEN}":
                answer = fake.answer(self.command, parts.path, parse_qs(parts.query), body)
            else:
                answer = (401, {}, {"message": "Bad credentials"})
            status, headers, content = answer
            sent = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent) if status != 204 else 0))
            self.end_headers()
            if status != 204:
                self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 - the library's names

        def log_message(self, *words: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.api = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
