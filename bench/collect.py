"""Collecting from a Reddit on loopback, by real PRAW, over HTTP, into a new workspace.

*As fast as it goes*: a server that allows everything, at growing numbers of subreddits of 1,000
posts each; time must grow no faster than the posts, memory must not grow at all. *Within the rate
limit*: a server that allows so many requests in each window, and answers more with 429; budget:
at most 1.10 of the time that as many windows take, and hardly a 429.
"""

import math
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bench import report
from bench.measure import fresh, note, peak_mib
from bench.scratch import scratch_folder
from core.collect.newest import collect_newest
from core.store import open_store
from tests.fake_reddit import Allowance, FakeReddit, access_to, serving

SIZES = (10, 30, 100)
POSTS = 1_000
WINDOW = 10.0
"""Seconds; Reddit's are 600."""
ALLOWED = 100
"""Requests in a window."""
LIMITED = 60
"""Subreddits within the rate limit."""
BUDGET = 1.10
LINEAR = 1.1
FLAT_MIB = 16


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=1)
    parser.add_argument("--subreddits", type=int, nargs="+", default=SIZES)
    chosen = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    found: dict[int, Measured] = {}
    for size in sorted(chosen.subreddits):
        with reddit(size, None) as (url, tell):
            found[size] = fresh(collect, url, size)
            requests, _ = tell()
        measured = found[size]
        note(f"{size} subreddits: {found[size]}")
        rows.append(
            (
                f"{size} subreddits, {size * POSTS:,} posts",
                f"{measured.first:.1f} s",
                f"{measured.computed:.1f} s",
                f"{size * POSTS / measured.first:,.0f} posts/s",
                f"{measured.again:.1f} s",
                f"{measured.peak:.0f} MiB",
                f"{requests:,}",
            )
        )
    section = report.Section(
        title="Collecting",
        text=f"Subreddits of {POSTS:,} posts each, four read at a time, from a server in another"
        " process on the same machine. *Again*: the next run, with nothing new to find. *Requests*:"
        " of both runs. Reddit's own limit is 100 a minute;"
        f" {POSTS // 97 + 1} requests are needed per subreddit.",
        columns=("what", "first", "of it computing", "speed", "again", "memory", "requests"),
        rows=rows,
        verdict=f"{_growth(found)} {_within_limit()}",
    )
    report.publish(section, write=chosen.write)


@contextmanager
def reddit(size: int, allowed: int | None) -> Iterator[tuple[str, "Tell"]]:
    """A server of so many subreddits, in a process of its own; and how to ask what it counted."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, size, allowed))
    process.start()
    try:
        yield here.recv(), Tell(here)
    finally:
        here.send(None)
        process.join()


class Tell:
    """Asks the server for its requests of posts, and how many of them it answered with 429."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def __call__(self) -> tuple[int, int]:
        self._pipe.send("tell")
        counted: tuple[int, int] = self._pipe.recv()
        return counted


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of a first run, those that its process computed, seconds of a second run, and the
    most memory that the process held (MiB).
    """

    first: float
    computed: float
    again: float
    peak: float


def collect(url: str, size: int) -> Measured:
    """Collect all, twice."""
    names = [f"sub{n}" for n in range(size)]
    with scratch_folder() as home:
        store = open_store(home)
        before = time.process_time()
        first = collect_newest(store, access_to(url), names=names)
        computed = time.process_time() - before
        again = collect_newest(store, access_to(url), names=names)
        assert first.written.inserted == size * POSTS
        assert again.written.inserted == 0
        return Measured(first.seconds, computed, again.seconds, peak_mib())


def _serve(pipe: Connection, size: int, allowed: int | None) -> None:
    made = FakeReddit()
    for n in range(size):
        made.add(f"sub{n}", posts=POSTS)
    if allowed:
        made.allowance = Allowance(allowed, WINDOW)
    with serving(made) as url:
        pipe.send(url)
        while pipe.recv() is not None:
            refused = made.allowance.refused if made.allowance else 0
            pipe.send((len(made.paths()), refused))


def _growth(found: dict[int, Measured]) -> str:
    small, large = min(found), max(found)
    if small == large:
        return ""
    exponent = math.log(found[large].computed / found[small].computed) / math.log(large / small)
    more = found[large].peak - found[small].peak
    said = "linear" if exponent <= LINEAR else "**not linear**"
    flat = "flat" if more <= FLAT_MIB else "**not flat**"
    return (
        f"Computing grows with posts to the power of {exponent:.2f}: {said}. Memory: {more:+.0f}"
        f" MiB from {small} to {large} subreddits, {flat}."
    )


def _within_limit() -> str:
    with reddit(LIMITED, ALLOWED) as (url, tell):
        seconds = fresh(collect, url, LIMITED).first
        requests, refused = tell()
    # The second run asks once a subreddit; what it took is not counted.
    asked = requests - LIMITED
    least = (math.ceil(asked / ALLOWED) - 1) * WINDOW
    found = seconds / max(least, WINDOW)
    note(f"within the limit: {seconds:.1f} s for {asked} requests, {refused} refused")
    return (
        f"Within {ALLOWED} requests in {WINDOW:.0f} s: {asked:,} requests took {seconds:.1f} s, of"
        f" which the limit alone is {least:.0f} s; {refused} were answered with 429."
        f" {report.verdict(found, BUDGET, '×')}"
    )


if __name__ == "__main__":
    main()
