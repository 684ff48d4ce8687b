"""The client, by real PRAW against a server on loopback: keys, listings, and Reddit's moods."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from core.collect import transport
from core.collect.outcomes import Outcome, Refusal
from core.collect.rate import RateLimit, RealClock
from core.collect.reddit import Access, Client, access, user_agent
from core.errors import InputError
from core.settings import Settings
from tests.fake_reddit import Answer, FakeClock, FakeReddit, access_to, serving, truncated

KEY = {"reddit_client_id": "id", "reddit_client_secret": "s", "reddit_contact": "ada"}
OK_BUT = (b"<html>Oops</html>", b"", b"[]", b'{"kind": "Listing"}', b"null", b"\xff\xfe")


@pytest.fixture
def reddit() -> FakeReddit:
    made = FakeReddit()
    made.add("Cats", posts=250)
    return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(reddit: FakeReddit, clock: FakeClock) -> Iterator[Client]:
    with serving(reddit) as url:
        yield Client(access_to(url), RateLimit(clock))


def outcome_of(client: Client, subreddit: str = "cats") -> tuple[Outcome, str]:
    with pytest.raises(Refusal) as met:
        client.newest(subreddit)
    return met.value.outcome, met.value.detail


def test_a_listing_comes_page_by_page(client: Client, reddit: FakeReddit) -> None:
    found: list[str] = []
    after = None
    while True:
        page = client.newest("cats", after=after)
        found += [str(entry["id"]) for entry in page.entries]
        after = page.after
        if after is None:
            break
    assert found == [post.id for post in reddit.subreddits["cats"].shown()]
    assert len(reddit.paths("/new")) == 3


def test_info_gives_the_posts_that_there_are(client: Client) -> None:
    found = client.info(["t3_cats0001", "t3_nothing", "t3_cats0249"])
    assert {entry["id"] for entry in found.entries} == {"cats0001", "cats0249"}


def test_about_gives_what_is_said_of_a_subreddit(client: Client) -> None:
    assert client.about("cats")["display_name"] == "Cats"


def test_texts_come_as_they_were_written(client: Client, reddit: FakeReddit) -> None:
    reddit.subreddits["cats"].post("new", at=2e9, title="a < b &amp; 🐈")
    assert client.newest("cats").entries[0]["title"] == "a < b &amp; 🐈"
    assert all("raw_json=1" in path for path in reddit.paths())


def test_it_says_who_asks(client: Client, reddit: FakeReddit) -> None:
    client.newest("cats")
    (agent,) = reddit.agents
    assert agent.startswith("python:signoff:0.1.0 (by /u/ada) PRAW/")


@pytest.mark.parametrize(
    ("contact", "who"),
    [("ada", "/u/ada"), ("/u/ada", "/u/ada"), ("u/ada", "/u/ada"), ("a@b.org", "a@b.org")],
)
def test_the_user_agent_names_a_contact(contact: str, who: str) -> None:
    assert user_agent(contact).endswith(f"(by {who})")


@pytest.mark.parametrize("contact", ["ada\r\nX-Evil: 1", "ädä"])
def test_a_contact_that_no_header_carries_is_refused(contact: str) -> None:
    with pytest.raises(InputError, match="SIGNOFF_REDDIT_CONTACT"):
        user_agent(contact)


@pytest.mark.parametrize("missing", KEY)
def test_without_a_key_it_says_what_is_missing_and_that_files_need_none(missing: str) -> None:
    with pytest.raises(InputError, match=f"SIGNOFF_{missing.upper()} not set") as refused:
        access(Settings.model_validate(KEY | {missing: ""}))
    assert "posts from files need none" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://reddit.example.com", "unencrypted"),
        ("reddit.example.com", "not an address"),
        ("ftp://localhost", "not an address"),
        ("https://", "not an address"),
        ("https://www.reddit.com@example.com", "not an address"),
        ("http://localhost.example.com", "unencrypted"),
    ],
)
def test_a_key_is_sent_only_where_nobody_else_reads_it(url: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        access(Settings.model_validate(KEY | {"reddit_url": url}))


def test_without_an_address_it_is_reddits_own() -> None:
    found = access(Settings.model_validate(KEY))
    assert (found.site, found.oauth) == ("https://www.reddit.com", "https://oauth.reddit.com")


def test_the_secret_is_in_no_representation() -> None:
    values = KEY | {"reddit_client_secret": "do-not-tell"}
    settings = Settings.model_validate(values)
    assert "do-not-tell" not in repr(settings) + repr(access(settings))


def test_a_key_that_does_not_fit_is_said_at_once(client: Client, reddit: FakeReddit) -> None:
    reddit.key_fits = False
    with pytest.raises(InputError, match="does not accept the key"):
        client.newest("cats")
    assert len(reddit.seen) == 1


@pytest.mark.slow
def test_a_token_that_expired_is_replaced(client: Client, reddit: FakeReddit) -> None:
    client.newest("cats")
    reddit.faults.append((401, {}, b"{}"))
    assert len(client.newest("cats").entries) == 100
    assert reddit.tokens == 2


def test_no_praw_ini_sends_the_key_elsewhere(
    reddit: FakeReddit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "[DEFAULT]\nusername=eve\npassword=pw\nrefresh_token=r\n"
    (tmp_path / "praw.ini").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("praw_username", "eve")
    with serving(reddit) as url:
        client = Client(access_to(url), RateLimit(FakeClock()))
        assert len(client.newest("cats").entries) == 100
        assert client._reddit.read_only


@pytest.mark.parametrize(
    "mood", ["private", "quarantined", "banned", "unavailable", "renamed", "nonexistent"]
)
def test_a_subreddit_that_gives_nothing_is_asked_once(
    client: Client, reddit: FakeReddit, clock: FakeClock, mood: str
) -> None:
    if mood != "nonexistent":
        reddit.add("sad", mood=mood, new_name="glad")
    expected = (Outcome(mood), "glad") if mood == "renamed" else Outcome(mood)
    found = outcome_of(client, "sad")
    assert found == expected or found[0] == expected
    assert len(reddit.paths("/new")) == 1
    assert clock.waits == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
def test_a_server_error_is_tried_again_with_growing_waits(
    client: Client, reddit: FakeReddit, clock: FakeClock, status: int
) -> None:
    reddit.faults += [(status, {}, b"oops")] * 3
    assert len(client.newest("cats").entries) == 100
    assert [seconds // factor for seconds, factor in zip(clock.waits, (1, 2, 4), strict=True)] == [
        1.0
    ] * 3


@pytest.mark.parametrize("status", [408, 500])
def test_what_does_not_pass_is_given_up(
    client: Client, reddit: FakeReddit, clock: FakeClock, status: int
) -> None:
    reddit.faults += [(status, {}, b"oops")] * 100
    expected = Outcome.TIMEOUT if status == 408 else Outcome.SERVER_ERROR
    assert outcome_of(client)[0] == expected
    assert len(reddit.paths()) == len(clock.waits) + 1 == len(transport.WAITS) + 1
    assert 31 <= sum(clock.waits) <= 62


@pytest.mark.parametrize("fault", [truncated(), *((200, {}, body) for body in OK_BUT[:2])])
def test_an_answer_that_breaks_off_is_asked_for_again(
    client: Client, reddit: FakeReddit, fault: Answer
) -> None:
    client.newest("cats")
    reddit.faults.append(fault)
    assert len(client.newest("cats").entries) == 100


@pytest.mark.parametrize("body", OK_BUT)
def test_an_answer_that_is_something_else_is_unreadable(
    client: Client, reddit: FakeReddit, body: bytes
) -> None:
    reddit.faults += [(200, {}, body)] * 100
    assert outcome_of(client)[0] == Outcome.UNREADABLE


def test_entries_that_are_none_are_left_out(client: Client, reddit: FakeReddit) -> None:
    children = b'[null, 3, {}, {"data": 5}, {"data": {"id": "a"}}]'
    body = b'{"kind": "Listing", "data": {"children": ' + children + b', "after": null}}'
    reddit.faults.append((200, {}, body))
    assert client.newest("cats").entries == ({"id": "a"},)


def test_a_server_that_hangs_times_out(
    reddit: FakeReddit, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.collect.reddit.TIMEOUT", 0.05)
    monkeypatch.setattr(transport, "WAITS", (1.0,))
    hanging = threading.Event()
    with serving(reddit) as url:
        client = Client(access_to(url), RateLimit(clock))
        reddit.on_request = lambda _path: hanging.wait(10)
        try:
            assert outcome_of(client)[0] == Outcome.TIMEOUT
        finally:
            hanging.set()


def test_a_server_that_is_not_there_is_unreachable(reddit: FakeReddit, clock: FakeClock) -> None:
    with serving(reddit) as url:
        pass
    assert outcome_of(Client(access_to(url), RateLimit(clock)))[0] == Outcome.UNREACHABLE


def test_a_429_waits_as_it_is_told_in_seconds(
    client: Client, reddit: FakeReddit, clock: FakeClock
) -> None:
    reddit.faults.append((429, {"Retry-After": "77"}, b"slow down"))
    assert len(client.newest("cats").entries) == 100
    assert sum(clock.waits) == pytest.approx(77)


def test_a_429_waits_until_the_date_that_it_names(
    client: Client, reddit: FakeReddit, clock: FakeClock
) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    reddit.faults.append((429, {"Retry-After": until}, b"slow down"))
    assert len(client.newest("cats").entries) == 100
    assert 110 <= sum(clock.waits) <= 122


def test_a_429_that_does_not_end_is_an_outcome(client: Client, reddit: FakeReddit) -> None:
    reddit.faults += [(429, {"Retry-After": "nonsense"}, b"slow down")] * 100
    assert outcome_of(client) == (Outcome.RATE_LIMITED, "429")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "lots", "x-ratelimit-used": "x", "x-ratelimit-reset": "soon"},
        {"x-ratelimit-remaining": "900.0", "x-ratelimit-used": "1.5", "x-ratelimit-reset": "2.5"},
        {"x-ratelimit-remaining": "900.0"},
        {},
    ],
)
def test_headers_that_nobody_can_read_do_no_harm(
    client: Client, reddit: FakeReddit, clock: FakeClock, headers: dict[str, str]
) -> None:
    reddit.headers = headers
    for _ in range(5):
        client.newest("cats")
    assert clock.waits == []


def test_a_spent_budget_is_waited_out(client: Client, reddit: FakeReddit, clock: FakeClock) -> None:
    reddit.headers |= {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "240"}
    client.newest("cats")
    client.newest("cats")
    assert sum(clock.waits) == 241


def test_a_run_that_ends_waits_for_nothing(reddit: FakeReddit) -> None:
    stop = threading.Event()
    reddit.faults += [(503, {}, b"")] * 100
    reddit.on_request = lambda _path: stop.set()
    with serving(reddit) as url:
        client = Client(access_to(url), RateLimit(RealClock(stop)))
        with pytest.raises(Exception, match=r"^$"):
            client.newest("cats")
    assert len(reddit.paths()) == 1


def test_access_shows_where_and_who(client: Client) -> None:
    shown = repr(Access("https://a", "https://b", "id", "s", "agent"))
    assert shown == "Access(https://a, agent)"
