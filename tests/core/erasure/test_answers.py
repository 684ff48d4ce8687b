"""What an answer about stored posts means: gone, there, absent, or none at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.erasure.answers import ABSENT_FOR, long_absent, read_answer
from tests.factories import FIRST

NOW = datetime(2026, 5, 31, tzinfo=UTC)


def entry(**more: Any) -> dict[str, Any]:
    plain = {
        "id": "a1",
        "subreddit": "cats",
        "created_utc": FIRST,
        "title": "Why does my kitten purr",
        "selftext": "It does.",
        "author": "somebody",
        "removed_by_category": None,
    }
    return plain | more


def test_an_answer_is_sorted() -> None:
    entries = [
        entry(id="a1"),
        entry(id="a2", removed_by_category="deleted"),
        entry(id="other"),
        {},
        entry(id=7),
    ]
    found = read_answer(["a1", "a2", "a3"], entries)
    assert (found.shown, found.gone, found.absent) == ({"a1"}, {"a2": "deleted"}, {"a3"})
    assert found.in_earnest


def test_a_post_that_is_shown_twice_and_once_as_gone_is_gone() -> None:
    entries = [entry(), entry(removed_by_category="moderator"), entry()]
    found = read_answer(["a1"], entries)
    assert (found.shown, found.gone, found.absent) == (set(), {"a1": "removed"}, set())


def test_an_answer_without_any_post_that_was_asked_for_is_none() -> None:
    assert not read_answer(["a1", "a2"], []).in_earnest
    assert not read_answer(["a1", "a2"], [entry(id="other")]).in_earnest


def test_of_half_an_answer_nothing_is_absent() -> None:
    found = read_answer(["a1", "a2"], [entry(id="a1")], whole=False)
    assert (found.shown, found.absent) == ({"a1"}, set())


def test_a_post_is_gone_once_it_has_been_absent_for_a_day() -> None:
    hour = timedelta(hours=1)
    since = {"a1": NOW - ABSENT_FOR, "a2": NOW - ABSENT_FOR + hour, "a4": NOW - 9 * ABSENT_FOR}
    assert long_absent({"a1", "a2", "a3"}, since, now=NOW) == {"a1": "absent"}
