"""A Reddit on loopback: keys, listings with pages and caps, facts, rate limits, and bad moods.

A real HTTP server, so that what is tested is what goes over the wire. Listings behave as Reddit's
do: behind a post that is no longer in the listing the page is empty.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.collect.reddit import Access, user_agent

SECRET = "s3cret-that-no-log-may-hold"  # noqa: S105 - of a server that is made up
FIRST = 1_700_000_000
"""The moment of the oldest post."""

HTML = {"Content-Type": "text/html; charset=UTF-8"}
PAGE = b"<!doctype html><html><title>whoa there, pardner!</title></html>"
Answer = tuple[int, Mapping[str, str], bytes]
Order = Callable[[list["FakePost"]], list["FakePost"]]


@dataclass(slots=True)
class FakePost:
    """A submission. ``gone``: shown still, but with nothing in it and the reason why."""

    id: str
    subreddit: str
    created_utc: float
    title: str
    selftext: str = ""
    gone: str | None = None
    author: str | None = "somebody-who-must-not-be-stored"

    @property
    def fullname(self) -> str:
        return f"t3_{self.id}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "t3",
            "data": {
                "id": self.id,
                "name": self.fullname,
                "subreddit": self.subreddit,
                "created_utc": self.created_utc,
                "title": self.title,
                "selftext": f"[{self.gone}]" if self.gone else self.selftext,
                "is_self": True,
                "domain": f"self.{self.subreddit}",
                "url": f"https://reddit.example/{self.id}",
                "score": 3,
                "num_comments": 1,
                "over_18": False,
                "link_flair_text": None,
                "author": self.author,
                "removed_by_category": self.gone and _CATEGORY[self.gone],
            },
        }


_CATEGORY = {"deleted": "deleted", "removed": "moderator"}


@dataclass(slots=True)
class FakeSubreddit:
    """A subreddit, whose posts are shown newest first in the ``order`` that is wished."""

    name: str
    posts: dict[str, FakePost] = field(default_factory=dict)
    subscribers: int = 1_000
    over_18: bool = False
    mood: str = ""
    """``private``, ``quarantined``, ``banned``, ``unavailable`` or ``renamed``."""
    new_name: str = ""
    order: Order = list
    _fallen: set[str] = field(default_factory=set)

    @property
    def fullname(self) -> str:
        return f"t5_{self.name.lower()}"

    def post(self, post_id: str, *, at: float, title: str = "", **more: Any) -> FakePost:
        made = FakePost(post_id, self.name, at, title or f"A title with {post_id} in it", **more)
        self.posts[post_id] = made
        return made

    def fill(self, count: int, *, first: int = 0) -> None:
        """``count`` posts, a minute apart, named after their subreddit and number."""
        for n in range(first, first + count):
            self.post(f"{self.name.lower()}{n:04d}".replace("_", ""), at=FIRST + 60 * n)

    def shown(self) -> list[FakePost]:
        """All there are, as the listing has them."""
        newest = sorted(self.posts.values(), key=lambda p: (p.created_utc, p.id), reverse=True)
        return self.order(newest)

    def listing(self, cap: int) -> list[FakePost]:
        """The newest ``cap`` posts. One that fell out at the end never comes in again."""
        left = [post for post in self.shown() if post.id not in self._fallen]
        self._fallen.update(post.id for post in left[cap:])
        return left[:cap]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "t5",
            "data": {
                "name": self.fullname,
                "display_name": self.name,
                "subscribers": self.subscribers,
                "over18": self.over_18,
                "public_description": f"All about {self.name}",
            },
        }


@dataclass(slots=True)
class Allowance:
    """So many requests in each window of so many seconds; more are answered with 429."""

    requests: int
    window: float
    now: Callable[[], float] = time.monotonic
    _ends: float = 0.0
    _used: int = 0
    refused: int = 0

    def spend(self) -> tuple[bool, dict[str, str]]:
        """Whether one more is allowed, and what the headers say."""
        now = self.now()
        if now >= self._ends:
            self._ends, self._used = now + self.window, 0
        self._used += 1
        allowed = self._used <= self.requests
        self.refused += not allowed
        rest = self._ends - now
        said = {
            "x-ratelimit-remaining": f"{max(self.requests - self._used, 0):.1f}",
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-reset": f"{rest:.3f}",
        }
        return allowed, said | ({} if allowed else {"Retry-After": f"{rest:.3f}"})


class FakeReddit:
    """The server's state. ``lock`` is held while a request is answered."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.subreddits: dict[str, FakeSubreddit] = {}
        self.cap = 1_000
        self.largest_page = 100
        self.headers: dict[str, str] = {
            "x-ratelimit-remaining": "900.0",
            "x-ratelimit-used": "100",
            "x-ratelimit-reset": "300",
        }
        self.allowance: Allowance | None = None
        self.faults: deque[Answer | Callable[[], Answer | None]] = deque()
        """Taken one a request of the API, before it is answered; None: answer it as ever."""
        self.on_request: Callable[[str], object] = lambda _path: None
        """Called with the path of each request of the API, before it is answered."""
        self.asked: Mapping[str, str] = {}
        """The query of the request that is answered now."""
        self.seen: list[str] = []
        """Paths with their queries, in the order of the requests."""
        self.agents: set[str] = set()
        self.tokens = 0
        self.key_fits = True
        self.token_fits = True

    def add(self, name: str, *, posts: int = 0, **facts: Any) -> FakeSubreddit:
        made = FakeSubreddit(name, **facts)
        made.fill(posts)
        self.subreddits[name.lower()] = made
        return made

    def paths(self, fragment: str = "") -> list[str]:
        """Requests of the API so far whose path has ``fragment`` in it."""
        return [path for path in self.seen if fragment in path and "access_token" not in path]

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """What the API says."""
        with self.lock:
            headers = dict(self.headers)
            if self.allowance is not None:
                allowed, headers = self.allowance.spend()
                if not allowed:
                    return 429, headers, b"slow down"
            self.asked = query
            self.on_request(path)
            fault = self.faults.popleft() if self.faults else None
            if callable(fault):
                fault = fault()
            if fault is not None:
                return fault[0], headers | dict(fault[1]), fault[2]
            if not self.token_fits:
                return 401, headers, b"{}"
            status, more, body = self._route(path.strip("/").split("/"), query)
            said = body if isinstance(body, bytes) else json.dumps(body).encode()
            return status, headers | more, said

    def _route(
        self, parts: Sequence[str], query: Mapping[str, str]
    ) -> tuple[int, dict[str, str], Any]:
        match parts:
            case ["subreddits", "popular"]:
                return 200, {}, self._listing(list(self.subreddits.values()), query)
            case ["api", "info"]:
                posts = [p for s in self.subreddits.values() for p in s.posts.values()]
                asked = query["id"].split(",")
                found = [post for post in posts if post.fullname in asked]
                return 200, {}, self._listing(found, {"limit": "100"})
            case ["r", name, what]:
                return self._of_subreddit(name, what, query)
        return 404, {}, {"message": "Not Found", "error": 404}

    def _of_subreddit(
        self, name: str, what: str, query: Mapping[str, str]
    ) -> tuple[int, dict[str, str], Any]:
        found = self.subreddits.get(name.lower())
        if found is None:
            return 302, {"Location": f"/subreddits/search.json?q={name}", **HTML}, PAGE
        match found.mood:
            case "private" | "quarantined":
                return 403, {}, {"reason": found.mood, "message": "Forbidden", "error": 403}
            case "banned":
                return 404, {}, {"reason": "banned", "message": "Not Found", "error": 404}
            case "unavailable":
                return 451, {}, {"message": "Unavailable For Legal Reasons", "error": 451}
            case "renamed":
                return 301, {"Location": f"/r/{found.new_name}/{what}.json"}, b""
        if what == "about":
            return 200, {}, found.as_json()
        return 200, {}, self._listing(found.listing(self.cap), query)

    def _listing(
        self, things: Sequence[FakePost] | Sequence[FakeSubreddit], query: Mapping[str, str]
    ) -> dict[str, Any]:
        names = [thing.fullname for thing in things]
        after = query.get("after")
        start = 0
        if after is not None:
            start = names.index(after) + 1 if after in names else len(names)
        end = start + min(int(query.get("limit", 25)), self.largest_page)
        return {
            "kind": "Listing",
            "data": {
                "children": [thing.as_json() for thing in things[start:end]],
                "after": names[end - 1] if end < len(names) else None,
            },
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    server: "_Server"

    def do_GET(self) -> None:
        reddit, parts = self.server.reddit, urlsplit(self.path)
        reddit.seen.append(self.path)
        reddit.agents.add(self.headers["User-Agent"])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._send(*reddit.answer(parts.path, query))

    def do_POST(self) -> None:
        reddit = self.server.reddit
        self.rfile.read(int(self.headers["Content-Length"]))
        reddit.seen.append(self.path)
        if not reddit.key_fits:
            self._send(401, {}, b'{"message": "Unauthorized", "error": 401}')
            return
        reddit.tokens += 1
        token = {"access_token": f"t{reddit.tokens}", "expires_in": 3600, "scope": "*"}
        self._send(200, {}, json.dumps(token).encode())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True  # it says more than will come
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    reddit: FakeReddit

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that were killed are no news."""


@contextmanager
def serving(reddit: FakeReddit) -> Iterator[str]:
    """Its address, while it is served."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.reddit = reddit
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def access_to(url: str) -> Access:
    return Access(
        site=url, oauth=url, client_id="id", secret=SECRET, user_agent=user_agent("/u/ada")
    )


class FakeClock:
    """Time that passes only by waiting. ``waits`` are the seconds of each.

    Threads wait side by side: each until so long after the time that it saw last.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 1_000.0
        self._seen = threading.local()
        self.waits: list[float] = []

    def __call__(self, stop: threading.Event) -> "FakeClock":
        return self

    def now(self) -> float:
        with self._lock:
            self._seen.at = self._now
            return self._now

    def wait(self, seconds: float) -> None:
        with self._lock:
            since = getattr(self._seen, "at", self._now)
            self._now = max(self._now, since + max(seconds, 0))
            self._seen.at = self._now
            self.waits.append(seconds)


def truncated(body: bytes = b'{"kind": "Listing", "data": {"chil') -> Answer:
    """An answer that breaks off before the length that it announced."""
    return 200, {"Content-Length": str(len(body) + 500)}, body
