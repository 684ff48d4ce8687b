"""Serving over HTTP, one worker: latency at 200 requests a second while production is switched,
and throughput against the plainest FastAPI app of the same model.

Ours is ``signoff serve`` as it comes, but for the limit of a caller, with everything on: each
answer is on the disk before it is told. The peer keeps, counts, limits and logs nothing. Both run
on uvicorn with uvloop and httptools, one process, and are asked in turn by the same client.
"""

import csv
import gzip
import itertools
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError

from bench import report
from bench.load import Load, at_once, request, steady
from bench.measure import fresh, note
from bench.posts import post_files, prepare
from core.access.identity import Actor, Way, acting_as
from core.release import aliases
from core.release.adoption import adopt
from core.release.events import PRODUCTION
from core.release.policy import FILE
from core.release.review import approve, propose
from core.store import Store, open_store
from core.store.releases import Version
from core.training.families import DEFAULT_FAMILY, FAMILIES
from core.training.fasttext_family import FastTextFamily
from core.training.train import of_execution, train

BUDGET_MS, RATE = 25.0, 200
BATCH_RATIO = 10
SWITCH_SECONDS = 3.0
POSTS, PER_FILE = 100_000, 10
CONNECTIONS, CALLERS, BATCH = 32, (1, 4), 500
LENIENT = "[maximum_churn]\nshare = 1\n\n[release]\nstaging_first = false\n"
EPOCHS = "3"
START_SECONDS = 120
OURS, PEER, PEER_THREADS = "signoff serve", "plain, `async def`", "plain, `def`"


@dataclass(frozen=True, slots=True)
class Released:
    """A workspace with ``old`` in production and ``new`` approved, and the file of old's model."""

    family: str
    home: Path
    old: str
    new: str
    model: str


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=3)
    parser.add_argument("--seconds", type=float, default=5, help="of a round (%(default)s)")
    parser.add_argument("--steady", type=float, default=30, help="seconds at a steady rate (30)")
    parser.add_argument(
        "--model", choices=list(FAMILIES), default=DEFAULT_FAMILY, help="default: %(default)s"
    )
    chosen = parser.parse_args()
    released = fresh(release, chosen.model)
    _empty(released.home)
    posts = texts()
    ones = [request("/v1/predict", _json({"posts": [post]})) for post in posts]
    plain = [request("/predict", _json(post)) for post in posts]
    threads = [request("/predict-in-threads", _json(post)) for post in posts]
    many = [
        request("/v1/predict", _json({"posts": posts[start : start + BATCH]}))
        for start in range(0, len(posts) - BATCH, BATCH)
    ]
    with ours(released) as port, peer(released) as other:
        sides: dict[str, Callable[[], Load]] = {
            OURS: lambda: _at_once(port, ones, chosen.seconds),
            PEER: lambda: _at_once(other, plain, chosen.seconds),
            PEER_THREADS: lambda: _at_once(other, threads, chosen.seconds),
        }
        for callers, (what, asked) in itertools.product(CALLERS, (("", ones), (" batch", many))):
            sides[f"{callers}{what}"] = partial(_at_once, port, asked, chosen.seconds, callers)
        found: dict[str, list[Load]] = {name: [] for name in sides}
        for _, (name, ask) in itertools.product(range(chosen.repeats), sides.items()):
            found[name].append(ask())
            note(f"{name}: {_told(found[name][-1])}, load {os.getloadavg()[0]:.1f}")
        os.sync()  # half a million texts of the rounds before are not what a caller waits for
        calm = fresh(steady, port, ones, rate=RATE, seconds=chosen.steady)
        note(f"steady: {_told(calm)}")
        with switching(released) as switches:
            switched = fresh(steady, port, ones, rate=RATE, seconds=chosen.steady)
        note(f"switched {switches[0]} times: {_told(switched)}")
        beside = fresh(steady, other, plain, rate=RATE, seconds=chosen.steady)
        note(f"peer, steady: {_told(beside)}")
    rates = {name: statistics.median(load.rate for load in loads) for name, loads in found.items()}
    batch = {n: rates[f"{n} batch"] * BATCH / rates[f"{n}"] for n in CALLERS}
    failed = sum(load.failed for loads in found.values() for load in loads)
    failed += calm.failed + switched.failed
    section = report.Section(
        title=f"Serving: {chosen.model}",
        text=f"A model of 239 subreddits on {len(posts):,} real posts. *At once*: {CONNECTIONS}"
        f" connections, each sends its next request when the last is answered,"
        f" {chosen.seconds:g} s, alternating {chosen.repeats} times, median; callers: that number"
        " of connections."
        f" *Steady*: {RATE} requests/s for {chosen.steady:g} s, timed from when each was due."
        f" Load of the machine at the end: {os.getloadavg()[0]:.1f}.",
        columns=("what", "posts/s", "p50", "p99", "failed"),
        rows=[
            *(_row(f"at once: {name}", found[name]) for name in (OURS, PEER, PEER_THREADS)),
            *(
                _row(f"{_callers(n)}: {OURS}, {posts} a request", found[name], size)
                for n in CALLERS
                for name, posts, size in (
                    (f"{n}", "1 post", 1),
                    (f"{n} batch", f"{BATCH} posts", BATCH),
                )
            ),
            _row(f"steady: {OURS}", [calm]),
            _row(f"steady: {OURS}, production switched {switches[0]} times", [switched]),
            _row(f"steady: {PEER}", [beside]),
        ],
        verdict=report.verdict(switched.percentile(99), BUDGET_MS, "ms p99 while switching")
        + f" Requests that failed: {failed}."
        + f" Throughput against the faster plain app: {rates[OURS] / rates[PEER]:.2f} ×"
        f" (goal 1), against the other {rates[OURS] / rates[PEER_THREADS]:.2f} ×."
        + " Posts a second in batches against one by one: "
        + ", ".join(f"{batch[n]:.1f} × by {_callers(n)}" for n in CALLERS)
        + f" (goal {BATCH_RATIO}).",
    )
    report.publish(section, write=chosen.write)


def release(family: str) -> Released:
    """Two trainings on real posts, the first in production; made once."""
    prepared = prepare(POSTS)
    store, snapshot = prepared.open()
    (store.home / FILE).write_text(LENIENT)
    adopt(store)
    for seed in range(len(_versions(store, family)), 2):
        params = {"epoch": EPOCHS} if family == FastTextFamily.name else {}
        model = train(store, snapshot, model=family, params=params, seed=seed)
        _approve(store, model.execution)
    new, old = _versions(store, family)[:2]
    now = aliases.current(store).get(PRODUCTION)
    if now != old.version:
        with acting_as(Actor("bob", Way.LOCAL)):
            aliases.move(store, PRODUCTION, old.version, expected=now)
    model = store.artifacts.open(of_execution(store, old.candidate).digest)
    return Released(family, store.home, old.version, new.version, str(model))


def _versions(store: Store, family: str) -> list[Version]:
    """Newest first."""
    return [
        version
        for version in aliases.versions(store)
        if of_execution(store, version.candidate).family == family
    ]


def _empty(home: Path) -> None:
    """Without what was sent in other runs."""
    with closing(sqlite3.connect(home / "signoff.db", isolation_level=None)) as database:
        for words in ("DELETE FROM feedback", "DELETE FROM submissions", "VACUUM"):
            database.execute(words)


def _approve(store: Store, number: int) -> None:
    with acting_as(Actor("ada", Way.LOCAL)):
        propose(store, number)
    with acting_as(Actor("bob", Way.LOCAL)):
        version = approve(store, number, comment="For the benchmark.").version
        if PRODUCTION not in aliases.current(store):
            aliases.move(store, PRODUCTION, version or "", expected=None)


def texts() -> list[dict[str, str]]:
    """Posts as callers send them, of each subreddit the first few, in turn."""
    found = []
    csv.field_size_limit(2**24)
    for path in post_files()[0]:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            found += [
                {"title": row["title"][:300], "text": row["selftext"][:40_000]}
                for row in itertools.islice(csv.DictReader(file), PER_FILE)
            ]
    return [post for first in range(PER_FILE) for post in found[first::PER_FILE]]


@contextmanager
def ours(released: Released) -> Iterator[int]:
    """The port of a running ``signoff serve``."""
    port = _free_port()
    signoff = Path(sys.executable).with_name("signoff")
    words = [str(signoff), "serve", "--port", str(port), "--limit", "0"]
    with _running(words, {"SIGNOFF_HOME": str(released.home)}, f"{port}/readyz"):
        yield port


@contextmanager
def peer(released: Released) -> Iterator[int]:
    """The port of the plain app."""
    port = _free_port()
    words = [sys.executable, "-m", "uvicorn", "bench.peer_app:app", "--port", str(port)]
    words += ["--log-level", "warning", "--no-access-log"]
    model = {"SIGNOFF_BENCH_FAMILY": released.family, "SIGNOFF_BENCH_MODEL": released.model}
    with _running(words, model, f"{port}/openapi.json"):
        yield port


@contextmanager
def switching(released: Released) -> Iterator[list[int]]:
    """Meanwhile production is moved to the new version and rolled back; how often."""
    store, count, end = open_store(released.home), [0], threading.Event()

    def run() -> None:
        while not end.wait(SWITCH_SECONDS):
            _switch(store, released)
            count[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield count
    finally:
        end.set()
        thread.join()
        if aliases.current(store)[PRODUCTION] != released.old:
            _switch(store, released)
        store.engine.dispose()


def _switch(store: Store, released: Released) -> None:
    with acting_as(Actor("bob", Way.LOCAL)):
        if aliases.current(store)[PRODUCTION] == released.old:
            aliases.move(store, PRODUCTION, released.new, expected=released.old)
        else:
            aliases.rollback(store, PRODUCTION, expected=released.new)


@contextmanager
def _running(words: Sequence[str], environment: dict[str, str], ready: str) -> Iterator[None]:
    process = subprocess.Popen(
        words, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    try:
        while True:
            with suppress(URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{ready}").close()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"did not start: {words}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _at_once(
    port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS
) -> Load:
    return fresh(at_once, port, requests, connections=connections, seconds=seconds)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _callers(count: int) -> str:
    return "1 caller" if count == 1 else f"{count} callers"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _told(load: Load) -> str:
    return (
        f"{load.rate:,.0f}/s, p50 {load.percentile(50):.1f} ms, p99 {load.percentile(99):.1f} ms,"
        f" failed {load.failed}"
    )


def _row(what: str, loads: Sequence[Load], posts: int = 1) -> list[str]:
    def middle(of: Callable[[Load], float]) -> float:
        return statistics.median(map(of, loads))

    return [
        what,
        f"{middle(lambda load: load.rate) * posts:,.0f}",
        f"{middle(lambda load: load.percentile(50)):.1f} ms",
        f"{middle(lambda load: load.percentile(99)):.1f} ms",
        str(sum(load.failed for load in loads)),
    ]


if __name__ == "__main__":
    main()
