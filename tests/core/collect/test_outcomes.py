"""What an answer means for a subreddit, and when it is asked for again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.collect.outcomes import FINE, PASSING, Outcome, of_status, retry_at

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "body", "location", "outcome"),
    [
        (403, {"reason": "private"}, "", Outcome.PRIVATE),
        (403, {"reason": "quarantined"}, "", Outcome.QUARANTINED),
        (403, {"reason": ["private"]}, "", Outcome.FORBIDDEN),
        (403, None, "", Outcome.FORBIDDEN),
        (404, {"reason": "banned"}, "", Outcome.BANNED),
        (404, {}, "", Outcome.NONEXISTENT),
        (400, [], "", Outcome.FORBIDDEN),
        (451, None, "", Outcome.UNAVAILABLE),
        (302, {}, "/subreddits/search.json", Outcome.NONEXISTENT),
        (302, {}, "/subreddits/search", Outcome.NONEXISTENT),
        (301, {}, "/r/kittens/new.json", Outcome.RENAMED),
        (302, {}, "", Outcome.FORBIDDEN),
        (304, None, "", Outcome.FORBIDDEN),
        (408, None, "", Outcome.TIMEOUT),
        (429, None, "", Outcome.RATE_LIMITED),
        (500, None, "", Outcome.SERVER_ERROR),
        (503, {"reason": "private"}, "", Outcome.SERVER_ERROR),
        (599, None, "", Outcome.SERVER_ERROR),
    ],
)
def test_what_a_status_means(status: int, body: Any, location: str, outcome: Outcome) -> None:
    refusal = of_status(status, body, location)
    assert refusal is not None
    assert refusal.outcome == outcome


def test_a_rename_says_the_new_name() -> None:
    refusal = of_status(302, None, "/r/kittens/new.json")
    assert refusal is not None
    assert refusal.detail == "kittens"


@pytest.mark.parametrize("status", [200, 201])
def test_what_was_asked_for_is_no_refusal(status: int) -> None:
    assert of_status(status, {}, "") is None


def test_after_success_it_is_asked_for_at_the_next_run() -> None:
    assert [retry_at(outcome, 0, NOW) for outcome in FINE] == [None] * len(FINE)


@pytest.mark.parametrize(
    ("outcome", "failures", "wait"),
    [
        (Outcome.TIMEOUT, 1, MINUTES),
        (Outcome.TIMEOUT, 2, 2 * MINUTES),
        (Outcome.TIMEOUT, 4, 8 * MINUTES),
        (Outcome.TIMEOUT, 1_000, DAY),
        (Outcome.PRIVATE, 1, DAY),
        (Outcome.PRIVATE, 3, 4 * DAY),
        (Outcome.PRIVATE, 1_000, 30 * DAY),
    ],
)
def test_each_failure_doubles_the_wait_up_to_a_limit(
    outcome: Outcome, failures: int, wait: timedelta
) -> None:
    assert retry_at(outcome, failures, NOW) == NOW + wait


def test_every_outcome_is_fine_passes_or_lasts() -> None:
    lasting = set(Outcome) - FINE - PASSING
    assert lasting == {
        Outcome.PRIVATE,
        Outcome.QUARANTINED,
        Outcome.BANNED,
        Outcome.NONEXISTENT,
        Outcome.RENAMED,
        Outcome.UNAVAILABLE,
        Outcome.FORBIDDEN,
    }
    assert not FINE & PASSING
