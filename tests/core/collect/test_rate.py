"""One rate limit for all: what the server says, what it does not, and how long to wait."""

import math
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.rate import (
    LONGEST_PAUSE,
    PAUSE,
    PER_MINUTE,
    Budget,
    RateLimit,
    RealClock,
    Stopped,
    at,
    retry_after,
    told,
)
from tests.fake_reddit import Allowance, FakeClock

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UNTOLD = Budget(left=PER_MINUTE, ends=160.0)


def said(remaining: str, reset: str) -> dict[str, str]:
    return {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}


def test_what_the_server_says_replaces_what_reddit_publishes() -> None:
    budget = told(UNTOLD, said("995.0", "580.5"), in_flight=0, now=100)
    assert budget == Budget(left=995, ends=680.5, told=100)


def test_whole_seconds_may_have_been_rounded_down() -> None:
    assert told(UNTOLD, said("995", "580"), in_flight=0, now=100).ends == 681


def test_requests_under_way_are_taken_off() -> None:
    assert told(UNTOLD, said("10", "60"), in_flight=3, now=100).left == 7
    assert told(UNTOLD, said("2", "60"), in_flight=3, now=100).left == 0


def test_within_a_window_the_smaller_count_holds() -> None:
    known = Budget(left=50, ends=160, told=90)
    assert told(known, said("52", "60"), in_flight=2, now=100).left == 50
    assert told(known, said("7", "60"), in_flight=2, now=100).left == 7  # another program's doing
    assert told(known, said("52", "61.4"), in_flight=2, now=100).left == 50  # the same, nearly


def test_where_the_end_of_the_window_moves_on_the_server_is_believed() -> None:
    known = Budget(left=3, ends=160, told=90)
    assert told(known, said("900", "62"), in_flight=2, now=100) == Budget(898, 163, told=100)


def test_an_answer_of_the_window_before_that_was_overtaken_does_not_close_this_one() -> None:
    known = Budget(left=990, ends=701, told=100)
    assert told(known, said("0", "0"), in_flight=2, now=100.2) == known
    assert told(known, said("3", "0.4"), in_flight=2, now=103) == known


@pytest.mark.parametrize(
    "headers",
    [
        {},
        said("", ""),
        said("many", "10"),
        said("10", "soon"),
        said("nan", "10"),
        said("10", "inf"),
        said("-1", "10"),
        said("10", "-5"),
        said("10", "999999999"),
        {"x-ratelimit-remaining": "10"},
    ],
)
def test_what_cannot_be_read_changes_nothing(headers: dict[str, str]) -> None:
    assert told(UNTOLD, headers, in_flight=0, now=100) == UNTOLD


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_header_is_stumbled_over(remaining: str, reset: str) -> None:
    budget = told(UNTOLD, said(remaining, reset), in_flight=1, now=100)
    assert budget.left >= 0
    assert budget.ends < 100 + 3_602


def test_a_window_that_has_ended_is_followed_by_one_that_nothing_is_known_of() -> None:
    assert at(Budget(0, ends=100, told=50), 99.9) == Budget(0, ends=100, told=50)
    assert at(Budget(0, ends=100, told=50), 100) == Budget(PER_MINUTE, ends=160)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 1),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "99999999"}, LONGEST_PAUSE),
        ({"retry-after": "later"}, PAUSE),
        ({"retry-after": "later", "x-ratelimit-reset": "12"}, 12),
        ({"retry-after": "-3"}, PAUSE),
        ({}, PAUSE),
    ],
)
def test_how_long_a_429_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, NOW) == seconds


class PatientClock(FakeClock):
    """A window does not pass while an answer is on its way: answers take less than a window."""

    def __init__(self) -> None:
        super().__init__()
        self.answering = threading.Lock()

    def wait(self, seconds: float) -> None:
        with self.answering:
            super().wait(seconds)


def spend(limit: RateLimit, allowance: Allowance, clock: PatientClock, requests: int) -> None:
    for _ in range(requests):
        limit.acquire()
        with clock.answering:
            _, headers = allowance.spend()
            limit.release(headers)


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_together_spend_what_is_allowed_and_no_more(threads: int) -> None:
    clock = PatientClock()
    allowance = Allowance(requests=50, window=600, now=clock.now)
    limit = RateLimit(clock)
    workers = [
        threading.Thread(target=spend, args=(limit, allowance, clock, 200 // threads))
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert allowance.refused == 0
    # Windows of 50. Those under way as a window becomes known are counted twice at the most.
    windows = math.ceil(200 / (50 - (threads - 1)))
    assert 3 * 600 <= clock.now() - 1_000 <= windows * 600 + 60


def test_without_a_word_from_the_server_what_reddit_publishes_holds() -> None:
    clock = FakeClock()
    limit = RateLimit(clock)
    for _ in range(3 * PER_MINUTE):
        limit.acquire()
        limit.release({})
    assert clock.now() - 1_000 == 120


def test_a_pause_holds_everybody_whatever_is_left() -> None:
    clock = FakeClock()
    limit = RateLimit(clock)
    limit.acquire()
    limit.pause(45)
    limit.pause(5)
    limit.release(said("900", "300"))
    limit.acquire()
    assert clock.now() == 1_045


def test_a_window_that_slides_never_makes_wait() -> None:
    clock = FakeClock()
    limit = RateLimit(clock)
    for _ in range(5_000):
        limit.acquire()
        clock.wait(0.1)
        limit.release(said("50", "60.0"))
    assert set(clock.waits) == {0.1}


def test_waiting_ends_when_the_run_does() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        RealClock(stop).wait(3_600)
