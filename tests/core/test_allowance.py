"""How much a caller may ask for in a span of time."""

import pytest

from core.allowance import Allowance


class Clock:
    """Goes when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_is_asked_for_counts_until_the_minute_is_over(clock: Clock) -> None:
    allowance = Allowance(5, clock=clock)
    assert allowance.take("ada", 3) == 0
    clock.now += 20
    assert allowance.take("ada", 3) == 40
    assert allowance.take("ada", 2) == 0
    clock.now += 39.9
    assert allowance.take("ada", 1) == pytest.approx(0.1)
    clock.now += 0.1
    assert allowance.take("ada", 5) == 0


def test_callers_count_apart_and_are_forgotten_with_the_minute(clock: Clock) -> None:
    allowance = Allowance(1, clock=clock)
    assert [allowance.take(f"caller {n}", 1) for n in range(1_000)] == [0] * 1_000
    assert allowance.callers == 1_000
    clock.now += 60
    assert allowance.take("ada", 1) == 0
    assert allowance.callers == 1


def test_one_at_a_time_in_a_longer_span(clock: Clock) -> None:
    allowance = Allowance(2, seconds=86_400, clock=clock)
    assert [allowance.take("ada") for _ in range(3)] == [0, 0, 86_400]
    clock.now += 86_400
    assert allowance.take("ada") == 0
