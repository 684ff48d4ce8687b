"""Collecting posts: what is new, what is known, what cannot be had, and what is told of it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.access.identity import Actor, Way, acting_as
from core.collect import newest, visits
from core.collect.alone import alone
from core.collect.newest import collect_newest
from core.collect.outcomes import Outcome
from core.collect.sweep import OVERLAP, ROW, STEP_BACK
from core.collect.visits import Collected
from core.errors import ConflictError, InputError, UnavailableError
from core.executions import get, listing
from core.executions.history import log_text
from core.store import Store, collection, erasure
from core.store.collection import KnownSubreddit
from core.store.posts import posts_in_order
from core.store.writing import write
from tests.fake_reddit import FIRST, SECRET, FakeClock, FakeReddit, access_to, serving


@pytest.fixture
def reddit() -> FakeReddit:
    return FakeReddit()


@pytest.fixture
def url(reddit: FakeReddit) -> Iterator[str]:
    with serving(reddit) as address:
        yield address


def collect(store: Store, url: str, *names: str, **options: Any) -> Collected:
    return collect_newest(store, access_to(url), names=names, clock=FakeClock(), **options)


def titles(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {post.id: post.title for batch in posts_in_order(session) for post in batch}


def known(store: Store, name: str) -> KnownSubreddit:
    with store.read() as session:
        found = collection.subreddit(session, name)
    assert found is not None
    return found


def test_the_newest_posts_of_a_named_subreddit(store: Store, reddit: FakeReddit, url: str) -> None:
    cats = reddit.add("Cats", posts=250)
    counts = collect(store, url, "r/cats")
    assert titles(store) == {post.id: post.title for post in cats.posts.values()}
    assert (counts.read, counts.written.inserted, counts.subreddits) == (250, 250, 1)
    assert counts.outcomes == {Outcome.COLLECTED: 1}
    run = get(store, counts.execution)
    assert (run.kind, run.status, run.metrics) == (
        "collect",
        "succeeded",
        visits.as_metrics(counts),
    )


def test_what_is_kept_of_a_post(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.add("Cats").post("a1", at=FIRST, title=" Why? ", selftext="Because.")
    collect(store, url, "cats")
    with store.read() as session:
        ((post,),) = posts_in_order(session)
    assert post._asdict() == {
        "id": "a1",
        "subreddit": "Cats",
        "created_utc": FIRST,
        "title": "Why?",
        "body": "Because.",
        "source": "reddit",
        "is_self": True,
        "domain": "self.Cats",
        "flair": "",
        "over_18": False,
        "score": 3,
        "num_comments": 1,
    }


def test_neither_authors_nor_the_key_are_stored_anywhere(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.add("cats", posts=3)
    reddit.add("sad", mood="private")
    collect(store, url, "cats", "sad")
    files = [path for path in store.home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("signoff.db") for path in files)
    for path in files:
        content = path.read_bytes()
        assert b"must-not-be-stored" not in content, path
        assert SECRET.encode() not in content, path


def test_only_the_limit_is_read(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.add("cats", posts=300)
    counts = collect(store, url, "cats", limit=150)
    assert counts.read == 150
    assert min(titles(store)) == "cats0150"


def test_more_than_before_is_read_when_more_is_asked_for(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.add("cats", posts=300)
    collect(store, url, "cats", limit=50)
    assert collect(store, url, "cats").written.inserted == 250


def test_the_next_run_asks_once_for_what_is_known(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=900)
    collect(store, url, "cats")
    reddit.seen.clear()
    cats.fill(5, first=900)
    counts = collect(store, url, "cats")
    assert counts.written.inserted == 5
    assert len(reddit.paths()) == 1


def test_whole_reads_on_through_what_is_known(store: Store, reddit: FakeReddit, url: str) -> None:
    cats = reddit.add("cats", posts=400)
    collect(store, url, "cats")
    cats.post("late", at=FIRST + 90)  # let through by a moderator, among the oldest
    assert collect(store, url, "cats").written.inserted == 0
    assert collect(store, url, "cats", whole=True).written.inserted == 1


def test_a_post_let_through_late_is_found_among_the_newest_known(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=400)
    collect(store, url, "cats")
    cats.post("late", at=FIRST + 60 * (399 - ROW + 1))
    assert collect(store, url, "cats").written.inserted == 1


def test_it_stops_at_what_it_knows_also_where_the_newest_known_was_deleted(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=900)
    collect(store, url, "cats")
    for n in range(890, 900):
        del cats.posts[f"cats{n:04d}"]
    cats.fill(3, first=900)
    reddit.seen.clear()
    assert collect(store, url, "cats").written.inserted == 3
    assert len(reddit.paths()) == 1


def test_an_edit_among_the_newest_is_seen(store: Store, reddit: FakeReddit, url: str) -> None:
    cats = reddit.add("cats", posts=400)
    collect(store, url, "cats")
    assert OVERLAP > 300
    cats.posts["cats0395"].title = "Edited"
    counts = collect(store, url, "cats")
    assert (counts.written.inserted, counts.written.updated) == (0, 1)
    assert titles(store)["cats0395"] == "Edited"


@pytest.mark.parametrize("gone", ["removed", "deleted"])
def test_what_reddit_says_is_gone_is_skipped_and_erased(
    store: Store, reddit: FakeReddit, url: str, gone: str
) -> None:
    cats = reddit.add("cats", posts=3)
    collect(store, url, "cats")
    cats.posts["cats0001"].gone = gone
    cats.post("never", at=FIRST + 999, gone=gone)
    counts = collect(store, url, "cats")
    assert counts.skipped == {gone: 2}
    assert counts.erased == 1
    assert titles(store).keys() == {"cats0000", "cats0002"}
    run = get(store, counts.execution)
    assert f"r/cats: skipped, {gone}: post never was {gone} on Reddit" in log_text(store, run)
    with store.read() as session:
        tombstone = erasure.tombstone(session, "cats0001")
        assert erasure.tombstone(session, "never") is None
    assert tombstone is not None
    assert tombstone.reason == gone


def test_a_post_without_author_and_text_is_gone_as_it_is_when_checked_again(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=2)
    collect(store, url, "cats")
    cats.posts["cats0001"].author = None
    cats.post("never", at=FIRST + 999, author=None)
    cats.post("kept", at=FIRST + 999, author=None, selftext="The account is gone.")
    counts = collect(store, url, "cats")
    assert (counts.skipped, counts.erased) == ({"deleted": 2}, 1)
    assert titles(store).keys() == {"cats0000", "kept"}


def test_what_was_erased_does_not_come_back_and_counts_as_known(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=400)
    collect(store, url, "cats")
    for post in cats.posts.values():
        post.gone = "removed"
    collect(store, url, "cats", whole=True)
    assert titles(store) == {}
    for post in cats.posts.values():
        post.gone = None
    reddit.seen.clear()
    counts = collect(store, url, "cats")
    assert counts.skipped == {"erased": 100}
    assert (titles(store), len(reddit.paths())) == ({}, 1)


def test_a_post_deleted_between_pages_does_not_end_the_listing(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=350)
    anchor = f"cats{349 - 99 + STEP_BACK:04d}"

    def delete(path: str) -> None:
        if len(reddit.paths("/new")) == 2:
            cats.posts.pop(anchor, None)

    reddit.on_request = delete
    counts = collect(store, url, "cats")
    assert counts.read == 350  # the one that was deleted had been shown
    assert counts.outcomes == {Outcome.COLLECTED: 1}


def test_where_all_ways_on_are_deleted_the_next_run_begins_anew(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=200)

    def delete(path: str) -> None:
        if len(reddit.paths("/new")) == 2:
            cats.posts = {k: p for k, p in cats.posts.items() if k < "cats0100"}

    reddit.on_request = delete
    assert collect(store, url, "cats").outcomes == {Outcome.BROKEN_OFF: 1}
    assert known(store, "cats").retry_at is not None
    assert collect(store, url, "cats").written.inserted == 100


def test_new_posts_between_pages_are_no_duplicates(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    cats = reddit.add("cats", posts=250)
    reddit.on_request = lambda _path: cats.fill(7, first=len(cats.posts))
    counts = collect(store, url, "cats")
    assert counts.read == counts.written.inserted
    assert counts.written.unchanged == 0
    reddit.on_request = lambda _path: None
    collect(store, url, "cats")
    assert titles(store).keys() == cats.posts.keys()


def test_all_known_subreddits_are_read_those_read_longest_ago_first(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    for name in ("ants", "bees", "cats"):
        reddit.add(name, posts=2)
    for name in ("bees", "ants", "cats"):
        collect(store, url, name)
    reddit.seen.clear()
    collect(store, url, threads=1)
    order = [path.split("/")[2] for path in reddit.paths("/new")]
    assert order == ["bees", "ants", "cats"]


def test_without_any_known_subreddit_it_says_where_they_come_from(store: Store, url: str) -> None:
    with pytest.raises(InputError, match="No subreddits are known yet"):
        collect(store, url)
    assert listing(store) == []


@pytest.mark.parametrize("name", ["", "two words", "a+b", "../etc", "x" * 51])
def test_what_is_no_name_is_refused(store: Store, url: str, name: str) -> None:
    with pytest.raises(InputError, match="not the name of a subreddit"):
        collect(store, url, name)


def test_a_limit_of_nothing_is_refused(store: Store, url: str) -> None:
    with pytest.raises(InputError, match="--limit 0"):
        collect(store, url, "cats", limit=0)


MOODS = ("private", "quarantined", "banned", "unavailable", "renamed")


def test_bad_subreddits_never_stop_the_run_and_are_left_alone_for_a_while(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    for mood in MOODS:
        reddit.add(f"sub_{mood}", mood=mood, new_name="kittens")
    reddit.add("empty")
    reddit.add("cats", posts=2)
    names = [f"sub_{mood}" for mood in MOODS]
    counts = collect(store, url, *names, "nowhere", "empty", "cats")
    expected = dict.fromkeys([*MOODS, "nonexistent", "empty", "collected"], 1)
    assert counts.outcomes == expected
    sad = known(store, "sub_private")
    assert (sad.outcome, sad.detail) == ("private", "403 private")
    assert sad.outcome_at is not None
    assert sad.retry_at == sad.outcome_at + timedelta(days=1)

    reddit.seen.clear()
    again = collect(store, url)
    assert again.outcomes == {"waiting": 6, "empty": 1, "collected": 1, "nonexistent": 1}
    assert not reddit.paths("sub_")
    assert reddit.paths("kittens")  # the new name of a renamed one is known from then on


def test_a_subreddit_that_has_to_wait_is_asked_for_by_name_and_then_waits_longer(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    sub = reddit.add("sad", mood="private", posts=1)
    for days in (1, 2, 4):
        collect(store, url, "sad")
        sad = known(store, "sad")
        assert sad.outcome_at is not None
        assert sad.retry_at == sad.outcome_at + timedelta(days=days)
    sub.mood = ""
    assert collect(store, url, "sad").outcomes == {Outcome.COLLECTED: 1}
    assert known(store, "sad").retry_at is None


def test_one_that_waited_long_enough_is_asked_again(
    store: Store, reddit: FakeReddit, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reddit.add("sad", mood="private")
    earlier = datetime.now(UTC) - timedelta(days=1, seconds=1)
    monkeypatch.setattr(visits, "retry_at", lambda *_: earlier + timedelta(days=1))
    collect(store, url, "sad")
    assert collect(store, url).outcomes == {Outcome.PRIVATE: 1}


def test_over_18_is_left_out_unless_it_is_asked_for(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.add("adult", over_18=True, posts=4)
    reddit.add("cats", posts=2)
    with write(store) as session:
        collection.ensure(session, "adult")
        collection.ensure(session, "cats")
    for _ in range(2):  # Reddit says so, then it is known
        assert collect(store, url).outcomes == {Outcome.OVER_18: 1, Outcome.COLLECTED: 1}
    assert collect(store, url, over_18=True).written.inserted == 4
    assert collect(store, url, "adult").outcomes == {Outcome.COLLECTED: 1}


def test_a_subreddit_is_shown_as_reddit_writes_it(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.add("AskCats", posts=1)
    collect(store, url, "ASKCATS", "askcats")
    assert known(store, "askCATS").name == "AskCats"
    with store.read() as session:
        assert len(collection.subreddits(session)) == 1


def test_a_server_that_answers_nobody_ends_the_run_and_keeps_what_came(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    reddit.add("cats", posts=2)
    for n in range(visits.GIVE_UP + 5):
        reddit.add(f"sub{n}", posts=1)
    collect(store, url, "cats")
    reddit.faults.extend([(503, {}, b"")] * 1_000)
    with pytest.raises(UnavailableError, match=r"12 subreddits in a row \(server_error"):
        collect(store, url, *(f"sub{n}" for n in range(visits.GIVE_UP + 5)))
    run = listing(store)[0]
    assert run.status == "failed"
    assert run.metrics["outcomes"] == {"server_error": visits.GIVE_UP}
    assert len(titles(store)) == 2


def test_a_key_that_does_not_fit_ends_the_run(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.key_fits = False
    with pytest.raises(InputError, match="does not accept the key"):
        collect(store, url, "cats")
    assert listing(store)[0].status == "failed"


def test_one_collection_at_a_time(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.add("cats", posts=1)
    with alone(store, "collect"), pytest.raises(ConflictError, match="signoff collect here"):
        collect(store, url, "cats")
    assert collect(store, url, "cats").subreddits == 1


def test_who_may_not_collect_does_not(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.add("cats", posts=1)
    with acting_as(Actor("eve", Way.SIGNED_IN)), pytest.raises(Exception, match="cannot"):
        collect(store, url, "cats")
    assert (titles(store), reddit.seen) == ({}, [])


def test_several_subreddits_are_in_flight(store: Store, reddit: FakeReddit, url: str) -> None:
    """Each of four waits until all four are there: one after the other would never end."""
    for n in range(4):
        reddit.add(f"sub{n}", posts=1)
    together = threading.Barrier(4)
    reddit.lock = threading.Lock()  # type: ignore[assignment]

    class Met:
        def __enter__(self) -> None:
            together.wait(timeout=60)

        def __exit__(self, *_: object) -> None: ...

    reddit.lock = Met()  # type: ignore[assignment]
    counts = collect(store, url, *(f"sub{n}" for n in range(4)))
    assert counts.subreddits == 4


def test_progress_grows_to_the_number_of_subreddits(
    store: Store, reddit: FakeReddit, url: str
) -> None:
    for n in range(3):
        reddit.add(f"sub{n}", posts=150)
    told: list[tuple[float, float | None]] = []
    collect(
        store,
        url,
        *(f"sub{n}" for n in range(3)),
        progress=lambda _step, done, total: told.append((done, total)),
    )
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)
    assert any(done % 1 for done, _ in told)


def test_ctrl_c_keeps_whole_pages_and_is_recorded(
    store: Store, reddit: FakeReddit, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reddit.add("cats", posts=950)

    def interrupt(_step: str, done: float, _total: float | None) -> None:
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(store, url, "cats", progress=interrupt)
    run = listing(store)[0]
    assert run.status == "interrupted"
    assert run.metrics["read"] == len(titles(store)) > 100
    left = 950 - len(titles(store))
    assert collect(store, url, "cats").written.inserted == left
    assert newest.THREADS > 1
