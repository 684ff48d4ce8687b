"""Asking a Reddit on loopback for stored posts: what is gone is erased, trouble erases nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.access.identity import Actor, Way, acting_as
from core.erasure import answers, refresh
from core.erasure import erase as erasing
from core.erasure.erase import Erased, erase
from core.errors import ConflictError, InputError, RefusedError, UnavailableError
from core.executions import get, listing
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store import erasure as table
from tests.factories import fill, make_corpus, make_post
from tests.fake_reddit import FakeClock, FakeReddit, FakeSubreddit, access_to, serving
from tests.faults import Work
from tests.searching import found, marks
from tests.workspaces import copied

AT_ONCE = timedelta(0)


@pytest.fixture
def reddit() -> FakeReddit:
    return FakeReddit()


@pytest.fixture
def url(reddit: FakeReddit) -> Iterator[str]:
    with serving(reddit) as address:
        yield address


@pytest.fixture
def cats(store: Store, reddit: FakeReddit) -> FakeSubreddit:
    """240 posts, which are stored as they are shown, and a snapshot of them."""
    made = reddit.add("cats")
    posts = make_corpus()
    for post in posts:
        made.post(post.id, at=post.created_utc, title=post.title, selftext=post.body)
    fill(store, posts, source="reddit")
    create(store, Rules(), name="small")
    return made


@pytest.fixture
def next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that is absent twice has been so for long enough."""
    monkeypatch.setattr(answers, "ABSENT_FOR", AT_ONCE)


def ask(store: Store, url: str, **options: Any) -> Erased:
    options = {"older_than": AT_ONCE} | options
    return refresh.refresh(store, access_to(url), clock=FakeClock(), **options)


def buried(store: Store) -> set[str]:
    with store.read() as session:
        return set(table.buried_after(session, 0))


def asked(reddit: FakeReddit) -> list[list[str]]:
    """The ids of each request so far."""
    names = [path.partition("id=")[2] for path in reddit.paths("api/info")]
    return [
        name.replace("%2C", ",").replace("t3_", "").partition("&")[0].split(",") for name in names
    ]


def empty(*_: object) -> tuple[int, dict[str, str], bytes]:
    listing = {"kind": "Listing", "data": {"children": [], "after": None}}
    return 200, {}, json.dumps(listing).encode()


def test_what_was_deleted_or_removed_is_erased_everywhere(
    store: Store, cats: FakeSubreddit, url: str
) -> None:
    cats.posts["p00007"].gone = "deleted"
    cats.posts["p00200"].gone = "removed"
    cats.posts["p00230"].gone = "removed"
    done = ask(store, url)
    assert done.checked == 240
    assert done.erased == {"deleted": 1, "removed": 2}
    assert find(store, "small").erased == {"train": 1, "valid": 1, "test": 1}
    assert found(store, marks("p00007", "p00200", "p00230")) == set()
    run = get(store, done.execution)
    assert (run.kind, run.status, run.metrics) == ("refresh", "succeeded", erasing.as_metrics(done))


def test_every_post_is_asked_for_once_a_hundred_at_a_time(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    assert ask(store, url).erased == {}
    requests = asked(reddit)
    assert [len(ids) for ids in requests] == [99, 100, 43]
    seen = [post for ids in requests for post in ids]
    assert set(seen) == set(cats.posts)
    assert len(seen) == 242  # the last two requests have a post of the one before with them


def test_a_round_is_continued_where_the_last_run_ended(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    assert [ask(store, url, limit=100).checked for _ in range(4)] == [100, 100, 40, 100]
    first = [ids[0] for ids in asked(reddit)]
    assert first == ["p00000", "p00099", "p00100", "p00199", "p00200", "p00000", "p00099"]


def test_a_round_begins_no_sooner_than_it_is_due(
    store: Store, cats: FakeSubreddit, url: str
) -> None:
    day = timedelta(days=1)
    assert [ask(store, url, older_than=day).checked for _ in range(2)] == [240, 0]
    assert ask(store, url).checked == 240


def test_posts_of_files_are_asked_for_where_that_is_wished(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    fill(store, [make_post(id="f1"), make_post(id="f2")])
    fill(store, [make_post(id="g1")], source="generated")
    reddit.add("dogs").post("f1", at=1, gone="removed")
    assert ask(store, url).checked == 240
    done = ask(store, url, everything=True)
    assert (done.checked, done.erased, done.absent) == (242, {"removed": 1}, 1)
    assert not any("g1" in ids for ids in asked(reddit))


@pytest.mark.slow
def test_a_post_that_is_not_shown_is_erased_when_it_still_is_not_a_day_later(
    store: Store, cats: FakeSubreddit, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post in ("p00003", "p00004", "p00239"):
        del cats.posts[post]
    first, second = ask(store, url), ask(store, url)
    assert (first.absent, first.erased, second.absent) == (3, {}, 3)
    cats.post("p00004", at=5, title="back again")
    monkeypatch.setattr(answers, "ABSENT_FOR", AT_ONCE)
    third = ask(store, url)
    assert (third.erased, third.absent) == ({"absent": 2}, 0)
    assert buried(store) == {"p00003", "p00239"}
    del cats.posts["p00004"]  # it was shown in between: counted from the beginning
    assert (ask(store, url).absent, buried(store)) == (1, {"p00003", "p00239"})


@pytest.mark.usefixtures("next_day")
def test_an_answer_without_any_post_is_none_and_asked_for_again(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    reddit.faults.append(empty())
    done = ask(store, url)
    assert (done.checked, done.absent, done.unanswered) == (240, 0, 0)
    requests = asked(reddit)
    assert requests[0] == requests[-1][:99]
    reddit.faults.append(empty())
    assert ask(store, url).erased == {}


@pytest.mark.usefixtures("next_day")
def test_a_reddit_that_shows_nothing_erases_nothing(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    cats.posts.clear()
    for _ in range(3):
        with pytest.raises(UnavailableError, match="returns none of the requested posts"):
            ask(store, url)
    assert buried(store) == set()
    assert len(asked(reddit)) == 9
    assert [run.status for run in listing(store, kinds=["refresh"])] == ["failed"] * 3


@pytest.mark.usefixtures("next_day")
def test_many_posts_that_are_gone_for_good_are_told_by_one_that_is_there(
    store: Store, cats: FakeSubreddit, url: str
) -> None:
    """All of a request are absent, but for the post that is asked for with them."""
    kept = list(cats.posts)[:99]
    for post in [post for post in cats.posts if post not in kept]:
        del cats.posts[post]
    assert ask(store, url).absent == 141
    assert ask(store, url).erased == {"absent": 141}


@pytest.mark.parametrize(
    "fault",
    [(503, {}, b"{}"), (200, {}, b"{"), (200, {}, b'{"kind": "t3", "data": {}}'), (403, {}, b"{}")],
)
def test_trouble_ends_the_run_and_what_came_before_is_erased(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str, fault: Any
) -> None:
    cats.posts["p00007"].gone = "deleted"
    cats.posts["p00150"].gone = "deleted"
    reddit.faults.append(lambda: None)
    reddit.faults.extend([fault] * 6)
    with pytest.raises(UnavailableError, match="continues where it stopped"):
        ask(store, url)
    assert buried(store) == {"p00007"}
    assert found(store, marks("p00007", "p00150")) == marks("p00150")
    reddit.faults.clear()
    assert ask(store, url).checked == 141
    assert buried(store) == {"p00007", "p00150"}


def test_half_an_answer_makes_nobody_absent(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    data = {"children": [cats.posts["p00000"].as_json()], "after": "t3_p00000"}
    half = {"kind": "Listing", "data": data}
    reddit.faults.append((200, {}, json.dumps(half).encode()))
    assert ask(store, url).absent == 0


def test_a_run_that_was_cut_off_is_finished_by_the_next(
    store: Store, cats: FakeSubreddit, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cats.posts["p00007"].gone = "deleted"
    with monkeypatch.context() as patch:
        patch.setattr(refresh, "finish", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ask(store, url)
    assert found(store, marks("p00007")) == marks("p00007")
    assert ask(store, url, older_than=timedelta(days=1)).snapshots == ["small"]
    assert found(store, marks("p00007")) == set()


@pytest.mark.slow
def test_killed_at_any_step_it_is_finished_by_the_next(
    store: Store, cats: FakeSubreddit, url: str, tmp_path: Path
) -> None:
    cats.posts["p00007"].gone = "deleted"
    cats.posts["p00200"].gone = "removed"
    store.engine.dispose()
    work = Work(lambda opened: ask(opened, url), calls=[(erasing.erasing, "empty")])
    steps = work.steps(copied(store.home, tmp_path / "all"), tmp_path / "told")
    assert {"INSERT INTO tombstones", "INSERT INTO rechecks", "empty"} <= set(steps)
    for at in range(1, len(steps) + 1):
        home = copied(store.home, tmp_path / str(at))
        assert work.killed(home, tmp_path / "told", at=at)
        opened = open_store(home)
        ask(opened, url)
        assert find(opened, "small").erased == {"train": 1, "valid": 1}, steps[at - 1]
        assert found(opened, marks("p00007", "p00200")) == set(), steps[at - 1]
        opened.engine.dispose()


def test_what_was_erased_is_not_asked_for_again(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    erase(store, ["p00007"])
    assert ask(store, url).checked == 239
    assert not any("p00007" in ids for ids in asked(reddit))


def test_it_tells_how_far_it_is(store: Store, cats: FakeSubreddit, url: str) -> None:
    told: list[tuple[str, float, float | None]] = []
    ask(store, url, progress=lambda *now: told.append(now))
    rest = [(done, total) for step, done, total in told if step == "Asking for stored posts"]
    assert rest == [(0, 240), (99, 240), (198, 240), (240, 240)]


def test_a_reviewer_may_and_a_viewer_may_not(store: Store, cats: FakeSubreddit, url: str) -> None:
    with acting_as(Actor("eve", Way.SIGNED_IN)), pytest.raises(RefusedError, match="reviewer role"):
        ask(store, url)
    assert not listing(store, kinds=["refresh"])


def test_one_at_a_time(store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str) -> None:
    def meanwhile(_path: str) -> None:
        reddit.on_request = lambda _path: None
        with pytest.raises(ConflictError):
            ask(store, url)

    reddit.on_request = meanwhile
    assert ask(store, url).checked == 240


def test_a_limit_that_is_none_and_a_key_that_does_not_fit(
    store: Store, cats: FakeSubreddit, reddit: FakeReddit, url: str
) -> None:
    with pytest.raises(InputError, match="--limit 0"):
        ask(store, url, limit=0)
    reddit.key_fits = False
    with pytest.raises(InputError, match="does not accept the key"):
        ask(store, url)
    assert buried(store) == set()
