"""Texts go when they were kept for long enough, or when somebody asks for it."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.access.identity import Actor, Way, acting_as
from core.errors import InputError, NotFoundError, RefusedError
from core.feedback import erasing, queue, retention
from core.feedback.bring import bring
from core.feedback.submissions import answer, counts
from core.settings import settings
from core.snapshots import create, find
from core.snapshots.rules import Rules
from core.snapshots.verify import verify
from core.store import Store
from core.store import submissions as table
from tests.conftest import Road
from tests.core.feedback.conftest import Send
from tests.searching import found

DAYS = 90


def grow_old(store: Store, public: str, **ago: float) -> None:
    """Have it been sent so long ago."""
    at = (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S.%f")
    connection = sqlite3.connect(store.home / "signoff.db")
    with connection:
        connection.execute("UPDATE submissions SET at = ? WHERE public = ?", [at, public])
    connection.close()


def texts(store: Store, column: str = "title") -> list[str | None]:
    connection = sqlite3.connect(store.home / "signoff.db")
    query = f"SELECT {column} FROM submissions ORDER BY id"  # noqa: S608
    rows = connection.execute(query).fetchall()
    connection.close()
    return [title for (title,) in rows]


def test_texts_go_after_ninety_days_and_figures_stay(road: Road, send: Send) -> None:
    store = road.store
    old, new = send("wordold", domain="imgur.com"), send("wordnew", domain="imgur.com")
    answer(store, old, "space")
    grow_old(store, old, days=DAYS, hours=2)
    grow_old(store, new, days=DAYS - 1)
    assert retention.erase_overdue(store) == 1
    assert texts(store) == [None, "wordnew"]
    assert texts(store, "domain") == [None, "imgur.com"]
    assert counts(store).answered == 1
    assert retention.erase_overdue(store) == 0


def test_the_next_text_that_is_kept_takes_old_ones_along(road: Road, send: Send) -> None:
    grow_old(road.store, send("wordold"), days=DAYS, hours=2)
    send("wordnew")
    assert texts(road.store) == [None, "wordnew"]


def test_they_go_together_when_one_is_an_hour_overdue(road: Road, send: Send) -> None:
    first, second = send("one"), send("two")
    grow_old(road.store, first, days=DAYS, minutes=50)
    grow_old(road.store, second, days=DAYS, minutes=10)
    assert retention.erase_overdue(road.store) == 0
    grow_old(road.store, first, days=DAYS, minutes=70)
    assert retention.erase_overdue(road.store) == 2


@pytest.mark.parametrize("erase", [retention.erase_expired, retention.erase_overdue])
def test_an_erased_text_is_not_in_the_files_of_the_database(
    road: Road, send: Send, erase: Callable[[Store], object]
) -> None:
    store = road.store
    sent = {f"word{n}x": send(f"[word{n}x]", body=f"[body{n}x] " * 200) for n in range(60)}
    old = [word for n, word in enumerate(sent) if n % 3 == 0]
    for word in old:
        grow_old(store, sent[word], days=DAYS + 1)
    words = {*sent, *(f"body{n}x" for n in range(60))}
    assert found(store, words) == words
    erase(store)
    gone = {*old, *(word.replace("word", "body") for word in old)}
    assert found(store, words) == words - gone


def test_nothing_fails_where_others_read_and_the_rest_goes_the_next_time(
    road: Road, send: Send
) -> None:
    grow_old(road.store, send("wordold"), days=DAYS + 1)
    with road.store.read() as reader:
        table.counts(reader)  # holds what it has read
        assert retention.erase_overdue(road.store) == 1
        assert not road.store.scrub_quickly()
    assert road.store.scrub_quickly()
    assert found(road.store, {"wordold"}) == set()


@pytest.mark.parametrize(("days", "left"), [("7", []), ("0", []), ("100", ["word"])])
def test_the_number_of_days_is_a_setting(
    road: Road, send: Send, monkeypatch: pytest.MonkeyPatch, days: str, left: list[str]
) -> None:
    grow_old(road.store, send("word"), days=DAYS + 1)
    monkeypatch.setenv("SIGNOFF_KEEP_TEXT_DAYS", days)
    settings.cache_clear()
    retention.erase_overdue(road.store)
    assert [title for title in texts(road.store) if title] == left


def test_with_no_days_no_text_is_kept_at_all(
    road: Road, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_KEEP_TEXT_DAYS", "0")
    settings.cache_clear()
    send("word")
    assert texts(road.store) == [None]


@pytest.mark.parametrize("days", ["-1", "soon"])
def test_a_number_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    monkeypatch.setenv("SIGNOFF_KEEP_TEXT_DAYS", days)
    settings.cache_clear()
    with pytest.raises(InputError, match="SIGNOFF_KEEP_TEXT_DAYS cannot be"):
        settings()


def test_a_labelled_text_stays_and_one_that_was_set_aside_goes(road: Road, send: Send) -> None:
    store = road.store
    for title, subreddit in (("used", "cats"), ("aside", None)):
        sent = send(title)
        queue.label(store, sent, subreddit)
        grow_old(store, sent, days=DAYS + 1)
    assert retention.erase_overdue(store) == 1
    assert texts(store) == ["used", None]


def test_a_user_has_a_text_erased_from_all_that_was_made_of_it(road: Road, send: Send) -> None:
    store = road.store
    sent, other = send("wordmine purring"), send("wordother purring")
    for each in (sent, other):
        queue.label(store, each, "cats", use=queue.EVALUATE)
    bring(store)
    create(store, Rules(feedback=True), name="with")
    assert found(store, {"wordmine", "wordother"}) == {"wordmine", "wordother"}
    assert erasing.erase(store, [sent]) == retention.ErasedTexts(texts=1, posts=1)
    assert found(store, {"wordmine", "wordother"}) == {"wordother"}
    assert verify(store, find(store, "with")).state == "erased"
    assert bring(store) is not None
    assert found(store, {"wordmine"}) == set()


def test_a_labelled_text_that_was_erased_never_becomes_a_post(road: Road, send: Send) -> None:
    sent = send("wordmine")
    queue.label(road.store, sent, "cats")
    assert erasing.erase(road.store, [sent]) == retention.ErasedTexts(texts=1)
    assert bring(road.store) is None
    assert erasing.erase(road.store, [sent]) == retention.ErasedTexts(texts=0)


def test_an_unknown_one_is_said_and_nothing_is_erased(road: Road, send: Send) -> None:
    sent = send("word")
    with pytest.raises(NotFoundError):
        erasing.erase(road.store, [sent, "nothing"])
    assert texts(road.store) == ["word"]


def test_only_an_admin_erases(road: Road, send: Send) -> None:
    sent = send("word")
    grow_old(road.store, sent, days=DAYS + 1)
    with acting_as(Actor("eve@example.com", Way.SIGNED_IN)):
        for erase in (
            lambda: retention.erase_expired(road.store),
            lambda: erasing.erase(road.store, [sent]),
        ):
            with pytest.raises(RefusedError, match="needs the admin role"):
                erase()
    assert texts(road.store) == ["word"]
