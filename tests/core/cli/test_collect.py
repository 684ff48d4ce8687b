"""``signoff collect`` and ``signoff subreddits``, as people and scripts use them."""

import os
import signal
from collections.abc import Iterator

import pytest

from core.executions import listing
from core.store import Store
from tests.commands import LIMIT_SECONDS, assert_refused, signoff, start
from tests.fake_reddit import FakeReddit, serving

KEY = {"CLIENT_ID": "id", "CLIENT_SECRET": "s", "CONTACT": "/u/ada"}


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReddit]:
    made = FakeReddit()
    made.add("Cats", posts=12, subscribers=500)
    made.add("dogs", posts=3, subscribers=400)
    made.add("Adult", posts=1, over_18=True)
    made.add("sad", mood="private")
    with serving(made) as url:
        for name, value in {**KEY, "URL": url}.items():
            monkeypatch.setenv(f"SIGNOFF_REDDIT_{name}", value)
        yield made


def test_from_the_ranking_to_the_posts_in_json(reddit: FakeReddit) -> None:
    ranked = signoff("collect", "subreddits", "--top", 10, "--json").json
    assert ranked.pop("seconds") >= 0
    assert ranked == {
        "execution": 1,
        "asked": 10,
        "subreddits": 3,
        "new": 3,
        "left_out": {"over_18": 1},
    }
    reddit.subreddits["cats"].posts["cats0003"].gone = "deleted"
    found = signoff("collect", "posts", "--limit", 5_000, "--json").json
    assert found.pop("seconds") >= 0
    assert found == {
        "execution": 2,
        "read": 15,
        "inserted": 14,
        "updated": 0,
        "unchanged": 0,
        "erased": 0,
        "skipped": {"deleted": 1},
        "subreddits": 2,
        "outcomes": {"collected": 2, "private": 1},
    }


def test_what_people_are_told(reddit: FakeReddit) -> None:
    ranked = signoff("collect", "subreddits", "--top", 10).out
    assert "Kept 3 subreddits, 3 of them new" in ranked
    assert "Reddit lists only these; 10 were requested." in ranked
    assert "Left out as over 18: 1; --over-18 includes them." in ranked
    first = signoff("collect", "posts").out
    assert "Read 15 posts of 2 subreddits" in first
    assert "15 new, 0 updated, 0 unchanged" in first
    assert "1 subreddit private." in first
    again = signoff("collect", "posts").out
    assert "0 new, 0 updated, 15 unchanged" in again
    assert "1 subreddit waiting." in again


def test_named_subreddits(reddit: FakeReddit) -> None:
    words = ("--subreddit", "r/cats", "--subreddit", "adult", "--limit", 2)
    found = signoff("collect", "posts", *words, "--json").json
    assert (found["inserted"], found["outcomes"]) == (3, {"collected": 2})


def test_the_list_and_one_of_it(reddit: FakeReddit) -> None:
    signoff("collect", "subreddits", "--over-18")
    signoff("collect", "posts")
    found = signoff("subreddits", "list", "--json").json
    assert [(s["rank"], s["subreddit"], s["posts"], s["outcome"]) for s in found] == [
        (1, "Cats", 12, "collected"),
        (2, "dogs", 3, "collected"),
        (3, "Adult", 0, None),
        (4, "sad", 0, "private"),
    ]
    assert [s["subreddit"] for s in signoff("subreddits", "list", "--search", "DOG", "--json").json]
    assert len(signoff("subreddits", "list", "--limit", 2, "--json").json) == 2
    assert "Cats" in signoff("subreddits", "list").out
    one = signoff("subreddits", "show", "cats", "--json").json
    assert (one["subscribers"], one["over_18"], [r["rank"] for r in one["ranks"]]) == (
        500,
        False,
        [1],
    )
    shown = signoff("subreddits", "show", "sad").out
    assert "Last outcome, " in shown
    assert "private (403 private). It waits until" in shown


def test_nothing_to_list_says_where_it_comes_from(store: Store) -> None:
    assert "signoff collect subreddits" in signoff("subreddits", "list").out
    assert "'cats'" in signoff("subreddits", "list", "--search", "cats").out
    assert_refused(
        signoff("subreddits", "show", "cats"), "Signoff knows no subreddit 'cats'", "list"
    )


@pytest.mark.parametrize("command", [("subreddits",), ("posts",), ("watch", "--every", "1h")])
def test_without_a_key_it_says_what_to_do(store: Store, command: tuple[str, ...]) -> None:
    assert_refused(signoff("collect", *command), "SIGNOFF_REDDIT_CLIENT_ID", "files need none")
    assert listing(store) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("posts", "--subreddit", "a+b"), "'a+b' is not the name of a subreddit"),
        (("posts", "--limit", "0"), "--limit 0"),
        (("posts",), "No subreddits are known yet"),
        (("subreddits", "--top", "-1"), "--top -1"),
        (("watch", "--every", "soon"), "--every 'soon'"),
    ],
)
def test_bad_input(reddit: FakeReddit, words: tuple[str, ...], why: str) -> None:
    assert_refused(signoff("collect", *words), why)


@pytest.mark.parametrize(
    "how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_watching_tells_each_round_in_a_line_and_stops_when_asked(
    reddit: FakeReddit, store: Store, how: signal.Signals
) -> None:
    command = start("collect", "watch", "--every", "1h", "--subreddit", "cats")
    assert command.stdout is not None
    line = command.stdout.readline()
    assert "#1, 12 new posts of 1 subreddit, 0 not read" in line
    refused = signoff("collect", "watch", "--subreddit", "cats")
    assert_refused(refused, "already running signoff watch here")
    os.kill(command.pid, how)
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    assert (command.returncode, err) == (0, "")
    # Stopped while it writes a line, the console writes that line again.
    assert out.removeprefix(line) == "Stopped.\n"


@pytest.mark.slow
def test_stopping_in_the_middle_of_a_round_is_recorded(reddit: FakeReddit, store: Store) -> None:
    reddit.subreddits["cats"].fill(900)
    reddit.on_request = lambda path: (
        path.endswith("/new") and reddit.faults.append((429, {"Retry-After": "600"}, b""))
    )
    command = start("collect", "watch", "--subreddit", "cats")
    while not reddit.paths("/new"):
        assert command.poll() is None, command.communicate()
    os.kill(command.pid, signal.SIGTERM)
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    assert (command.returncode, out, err) == (0, "Stopped.\n", "")
    assert listing(store)[0].status == "interrupted"


@pytest.mark.slow
def test_ctrl_c_while_reddit_keeps_it_waiting(reddit: FakeReddit, store: Store) -> None:
    reddit.faults.extend([(429, {"Retry-After": "600"}, b"")] * 10)
    command = start("collect", "posts", "--subreddit", "cats")
    while not reddit.paths():
        assert command.poll() is None, command.communicate()
    os.killpg(command.pid, signal.SIGINT)
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    assert (command.returncode, out) == (130, "")
    assert err.startswith("Interrupted")
    assert listing(store)[0].status == "interrupted"
