"""Collecting again and again: rounds, what ends them, and what does not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collect.alone import alone
from core.collect.every import seconds_of
from core.collect.visits import Collected
from core.collect.watch import Round, until_next, watch
from core.errors import ConflictError, InputError, UnavailableError
from core.store import Store
from tests.fake_reddit import FakeClock


class Day(FakeClock):
    """A clock that interrupts whoever has waited for a day."""

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        if self.now() >= 1_000 + 86_400:
            raise KeyboardInterrupt


def watched(store: Store, outcomes: list[Exception | float]) -> tuple[list[Round], Day]:
    """A day of rounds, a first one of each kind: an error, or how many seconds it takes."""
    day, told, left = Day(), list[Round](), list(outcomes)

    def collect() -> Collected:
        outcome = left.pop(0) if left else 60.0
        if isinstance(outcome, Exception):
            raise outcome
        day._now += outcome
        return Collected(execution=len(told) + 1)

    with pytest.raises(KeyboardInterrupt):
        watch(store, collect, every=3_600, tell=told.append, clock=lambda _stop: day)
    return told, day


def test_a_round_begins_every_hour_however_long_each_takes(store: Store) -> None:
    told, day = watched(store, [60.0, 1_800.0, 0.0])
    assert len(told) == 24
    assert day.waits[:3] == [3_540, 1_800, 3_600]
    assert all(one.next - one.began > timedelta(0) for one in told)


def test_a_round_that_takes_longer_skips_those_it_ran_into(store: Store) -> None:
    told, day = watched(store, [2.5 * 3_600])
    assert day.waits[0] == 0.5 * 3_600
    assert len(told) == 22


def test_a_round_that_fails_is_told_and_the_next_one_tries_again(store: Store) -> None:
    told, _ = watched(store, [UnavailableError("Reddit is away", "Wait."), 60.0])
    assert (told[0].collected, str(told[0].error)) == (None, "Reddit is away. Wait.")
    assert told[1].collected is not None
    assert len(told) == 24


def test_what_only_a_person_can_mend_ends_it(store: Store) -> None:
    def collect() -> Collected:
        raise InputError("Reddit does not accept the key", "Check it.")

    with pytest.raises(InputError):
        watch(store, collect, every=3_600, tell=lambda _round: None, clock=FakeClock())


def test_one_watch_at_a_time(store: Store) -> None:
    with (
        alone(store, "watch"),
        pytest.raises(ConflictError, match="already running signoff watch here"),
    ):
        watch(store, Collected, every=60, tell=lambda _round: None, clock=FakeClock())


def test_what_is_held_is_let_go_of(store: Store) -> None:
    with alone(store, "collect"), alone(store, "watch"):
        pass
    with alone(store, "collect"):
        pass
    with pytest.raises(RuntimeError, match="oops"), alone(store, "collect"):
        raise RuntimeError("oops")
    with alone(store, "collect"):
        pass


@given(took=st.floats(0, 1e6), every=st.floats(60, 1e6))
def test_rounds_begin_at_multiples(took: float, every: float) -> None:
    wait = until_next(took, every=every)
    assert 0 <= wait <= every
    assert abs((took + wait) / every - round((took + wait) / every)) < 1e-6
    assert took + wait > 0


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("30m", 1_800), ("1h", 3_600), (" 2D ", 172_800)]
)
def test_times_between_rounds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "59s", "-1h", "1.5h", "1w", "1h30m"])
def test_what_is_no_time_between_rounds(text: str) -> None:
    with pytest.raises(InputError, match="--every"):
        seconds_of(text)
