"""A workspace with a backtest, which tests of the library and of the command copy."""

from dataclasses import replace
from pathlib import Path
from random import Random

from core.collect.posts import Post
from core.comparison.topics import FILE, write_topics
from core.drift.backtest import backtest
from core.drift.backtest_results import Backtest
from core.drift.cutoffs import Every
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store.snapshots import Snapshot
from tests.factories import FIRST, HOUR, fill, make_corpus

WEEK = 7 * 24 * HOUR
WEEKS = 8
"""Posts come each hour: the sealed test takes the last six days."""
FEWEST = 500
CUTOFFS = 3
"""The first one in the fourth week."""


def drifting_posts() -> list[Post]:
    """After four weeks, a third of the posts are of another subreddit than their words are."""
    rng, posts = Random(0), make_corpus(posts=WEEKS * WEEK // HOUR // 4)
    turned = [
        place
        for place, post in enumerate(posts)
        if post.created_utc >= FIRST + 4 * WEEK and rng.random() < 1 / 3
    ]
    other = {place: posts[(place + 1) % len(posts)].subreddit for place in turned}
    return [
        replace(post, subreddit=other.get(place, post.subreddit))
        for place, post in enumerate(posts)
    ]


def run(store: Store, snapshot: Snapshot, *, every: str = "week") -> Backtest:
    return backtest(store, snapshot, every=Every.parse(every), fewest=FEWEST)


def make_frozen(home: Path) -> None:
    """A snapshot to backtest, and topic groups."""
    store = open_store(home)
    fill(store, drifting_posts())
    create(store, Rules(), name="long")
    write_topics(home / FILE, {"animals": ["cats"], "science": ["space", "Python"]})
    store.engine.dispose()


def make_backtested(home: Path) -> None:
    """The same with a backtest."""
    make_frozen(home)
    store = open_store(home)
    run(store, find(store, "long"))
    store.engine.dispose()
