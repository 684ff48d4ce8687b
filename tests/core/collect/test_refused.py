"""When Reddit refuses whoever asks, and not a subreddit."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.collect import transport
from core.collect.newest import collect_newest
from core.collect.outcomes import Outcome
from core.collect.visits import Collected
from core.errors import UnavailableError
from core.executions import listing
from core.store import Store, collection
from tests.fake_reddit import HTML, PAGE, Answer, FakeClock, FakeReddit, access_to, serving

FORBIDDEN: Answer = (403, {}, b'{"message": "Forbidden", "error": 403}')
REFUSALS: list[Answer] = [
    FORBIDDEN,
    (403, HTML, PAGE),
    (403, {}, b""),
    (200, HTML, PAGE),
    (302, {"Location": "https://portal.example/login", **HTML}, PAGE),
]


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch) -> FakeReddit:
    monkeypatch.setattr(transport, "WAITS", (1.0,))
    return FakeReddit()


@pytest.fixture
def url(reddit: FakeReddit) -> Iterator[str]:
    with serving(reddit) as address:
        yield address


def collect(store: Store, url: str, *names: str, **options: Any) -> Collected:
    return collect_newest(store, access_to(url), names=names, clock=FakeClock(), **options)


@pytest.mark.parametrize("answer", REFUSALS)
@pytest.mark.parametrize("names", [["cats"], [f"sub{n}" for n in range(30)]])
def test_a_refusal_of_everything_ends_the_run_and_is_booked_on_no_subreddit(
    store: Store, reddit: FakeReddit, url: str, answer: Answer, names: list[str]
) -> None:
    for name in names:
        reddit.add(name, posts=1)
    reddit.faults += [answer] * 1_000
    with pytest.raises(UnavailableError, match="refuses every request") as caught:
        collect(store, url, *names)
    assert "still approved" in str(caught.value.hint)
    assert caught.value.exit_code == 1
    assert listing(store)[0].status == "failed"
    with store.read() as session:
        assert not any(known.outcome for known in collection.subreddits(session))
    assert len(reddit.paths()) < 25
    reddit.faults.clear()
    assert collect(store, url, *names).subreddits == len(names)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_of_one_subreddit_is_its_own(
    store: Store, reddit: FakeReddit, url: str, answer: Answer
) -> None:
    for name in ("cats", "sad", "dogs"):
        reddit.add(name, posts=1)
    reddit.on_request = lambda path: reddit.faults.append(answer) if "/sad/" in path else None
    counts = collect(store, url, "cats", "sad", "dogs")
    outcome = Outcome.UNREADABLE if answer[0] == 200 else Outcome.FORBIDDEN
    assert counts.outcomes == {"collected": 2, outcome: 1}


def test_what_came_before_the_refusal_is_kept(store: Store, reddit: FakeReddit, url: str) -> None:
    reddit.add("cats", posts=250)

    def refuse(path: str) -> None:
        if len(reddit.paths("/new")) == 3:
            reddit.faults += [FORBIDDEN] * 100

    reddit.on_request = refuse
    with pytest.raises(UnavailableError):
        collect(store, url, "cats")
    assert listing(store)[0].metrics["inserted"] == 197
