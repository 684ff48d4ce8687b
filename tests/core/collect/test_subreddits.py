"""The most popular subreddits: ranks, facts, and fewer than were requested."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.collect.subreddits import Ranking, collect_subreddits
from core.errors import InputError, UnavailableError
from core.executions import get, listing
from core.store import Store, collection
from core.store.collection import KnownSubreddit
from tests.factories import fill, make_post
from tests.fake_reddit import FakeClock, FakeReddit, access_to, serving


@pytest.fixture
def reddit() -> FakeReddit:
    made = FakeReddit()
    for n in range(250):
        made.add(f"Sub{n:03d}", subscribers=10_000 - n, over_18=n % 50 == 7)
    return made


@pytest.fixture
def url(reddit: FakeReddit) -> Iterator[str]:
    with serving(reddit) as address:
        yield address


def rank(store: Store, url: str, **options: Any) -> Ranking:
    return collect_subreddits(store, access_to(url), clock=FakeClock(), **options)


def everything(store: Store, search: str = "") -> list[KnownSubreddit]:
    with store.read() as session:
        return collection.subreddits(session, search=search)


def test_the_most_popular_are_kept_in_their_order(store: Store, url: str) -> None:
    ranking = rank(store, url, top=120)
    assert (ranking.found, ranking.new, ranking.over_18) == (120, 120, 3)
    found = everything(store)
    assert [s.name for s in found[:9]] == [f"Sub{n:03d}" for n in (*range(7), 8, 9)]
    assert [s.rank for s in found[6:8]] == [7, 9]  # of all that Reddit shows
    first = found[0]
    assert (first.subscribers, first.over_18) == (10_000, False)
    assert first.description == "All about Sub000"
    assert first.first_seen == first.last_seen
    run = get(store, ranking.execution)
    assert (run.kind, run.metrics["subreddits"]) == ("rank", 120)


def test_fewer_than_asked_for_is_what_reddit_shows(store: Store, url: str) -> None:
    ranking = rank(store, url, top=5_000)
    assert (ranking.found, ranking.over_18) == (245, 5)


def test_over_18_is_kept_where_it_is_asked_for(store: Store, url: str) -> None:
    ranking = rank(store, url, top=5_000, over_18=True)
    assert (ranking.found, ranking.over_18) == (250, 0)
    assert sum(s.over_18 is True for s in everything(store)) == 5


def test_of_a_known_subreddit_it_is_kept_that_it_is_over_18(store: Store, url: str) -> None:
    fill(store, [make_post(subreddit="sub007")])
    rank(store, url, top=50)
    (adult,) = everything(store, "sub007")
    assert (adult.name, adult.over_18, adult.rank) == ("Sub007", True, None)


def test_ranks_have_a_history_and_the_newest_counts(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    rank(store, url, top=3)
    first = everything(store)[0]
    reddit.subreddits = dict(reversed(reddit.subreddits.items()))
    reddit.subreddits["sub000"].subscribers = 5
    rank(store, url, top=5_000)
    with store.read() as session:
        assert [place for _, place in collection.rank_history(session, "SUB000")] == [1, 250]
        now = collection.subreddit(session, "Sub000")
    assert now is not None
    assert (now.rank, now.subscribers, now.first_seen) == (250, 5, first.first_seen)
    assert now.last_seen is not None
    assert first.last_seen is not None
    assert now.last_seen > first.last_seen


def test_one_that_dropped_out_has_no_rank_and_stays(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    rank(store, url, top=5)
    del reddit.subreddits["sub000"]
    rank(store, url, top=4)
    (gone,) = everything(store, "sub000")
    assert gone.rank is None
    assert gone.last_seen is not None


def test_a_listing_that_breaks_off_keeps_what_came_and_ranks_nothing(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    rank(store, url, top=2)
    reddit.on_request = lambda _path: (
        len(reddit.paths("after")) > 1 and reddit.faults.extend([(503, {}, b"")] * 9)
    )
    with pytest.raises(UnavailableError, match="stopped answering after 197 subreddits"):
        rank(store, url, top=5_000)
    assert listing(store)[0].status == "failed"
    found = everything(store)
    assert len(found) == 193
    assert [s.rank for s in found[:3]] == [1, 2, None]


def test_a_subreddit_that_moves_between_pages_is_ranked_once(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    def move_up(path: str) -> None:
        last = reddit.subreddits.pop("sub050")
        reddit.subreddits["sub050"] = last

    reddit.on_request = move_up
    assert rank(store, url, top=5_000).found == 245
    assert len(everything(store)) == 245


def test_nothing_of_nothing_is_refused(store: Store, url: str) -> None:
    with pytest.raises(InputError, match="--top 0"):
        rank(store, url, top=0)


def test_search_finds_parts_of_names_and_descriptions_as_they_are_written(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.subreddits = {}
    reddit.add("Cats_and_dogs")
    reddit.add("catsXandXdogs")
    rank(store, url, top=5)
    assert [s.name for s in everything(store, "S_AND")] == ["Cats_and_dogs"]
    assert len(everything(store, "all about CATS")) == 2
    assert everything(store, "%") == []
