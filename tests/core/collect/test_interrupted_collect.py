"""Collecting that is killed, at twenty moments in a row, loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from random import Random

import pytest

from core.executions import listing
from core.store import Store
from core.store.posts import totals
from tests.commands import LIMIT_SECONDS
from tests.fake_reddit import FakeReddit, serving

KILLS = 20
SUBREDDITS, POSTS, MORE = 10, 450, 5
COLLECTING = """
import os, sys
from core.collect.newest import collect_newest
from core.collect.reddit import access
from core.settings import settings
from core.store import open_store
names = [f"sub{n}" for n in range(int(sys.argv[1]))]
for line in sys.stdin:
    child = os.fork()
    if not child:
        collect_newest(open_store(settings().home), access(settings()), names=names)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Loads Signoff once, and collects in a process of its own for each line that it is sent."""


@pytest.fixture
def reddit() -> FakeReddit:
    made = FakeReddit()
    for n in range(SUBREDDITS):
        made.add(f"sub{n}", posts=POSTS)
    return made


@pytest.fixture
def collecting(
    reddit: FakeReddit, store: Store, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[str]]:
    with serving(reddit) as url:
        values = {"CLIENT_ID": "id", "CLIENT_SECRET": "s", "CONTACT": "ada", "URL": url}
        for name, value in values.items():
            monkeypatch.setenv(f"SIGNOFF_REDDIT_{name}", value)
        loaded = subprocess.Popen(
            [sys.executable, "-c", COLLECTING, str(SUBREDDITS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        yield loaded
        loaded.communicate(timeout=LIMIT_SECONDS)


def begin(loaded: subprocess.Popen[str]) -> int:
    """The process of a collection that has begun."""
    assert loaded.stdin is not None
    loaded.stdin.write("collect\n")
    loaded.stdin.flush()
    return answer(loaded)


def answer(loaded: subprocess.Popen[str]) -> int:
    assert loaded.stdout is not None
    return int(loaded.stdout.readline())


def stored(store: Store) -> int:
    with store.read() as session:
        return totals(session).posts


@pytest.mark.slow
def test_killed_twenty_times_then_nothing_is_lost_and_nothing_twice(
    reddit: FakeReddit, store: Store, collecting: subprocess.Popen[str]
) -> None:
    rng = Random(20261122)
    before = 0
    for _ in range(KILLS):
        at = len(reddit.seen) + rng.randrange(1, 15)
        for subreddit in reddit.subreddits.values():
            subreddit.fill(MORE, first=len(subreddit.posts))
        victim: list[int] = []

        def kill(_path: str, at: int = at, victim: list[int] = victim) -> None:
            if len(reddit.seen) >= at and victim:
                os.kill(victim.pop(), signal.SIGKILL)

        reddit.on_request = kill
        victim.append(begin(collecting))
        code = answer(collecting)
        assert code in (0, -signal.SIGKILL)
        now = stored(store)
        assert now >= before
        before = now
    killed = [run for run in listing(store) if run.status == "interrupted"]
    assert len(killed) > KILLS / 2
    # Each run records those killed before it; the last one only shows as interrupted.
    assert all(run.finished_at for run in killed[1:])

    reddit.on_request = lambda _path: None
    begin(collecting)
    assert answer(collecting) == 0
    assert stored(store) == SUBREDDITS * (POSTS + KILLS * MORE)
    last = listing(store)[0]
    assert (last.status, last.metrics["outcomes"]) == ("succeeded", {"collected": SUBREDDITS})
