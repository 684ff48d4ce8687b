"""How much a caller may ask for, and who counts as one."""

import pytest

from core.api.callers import Allowance, Doorkeeper
from core.store import Store
from tests.core.api.test_groups import run


class Clock:
    """Goes when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_is_asked_for_counts_until_the_minute_is_over(clock: Clock) -> None:
    allowance = Allowance(5, clock)
    assert allowance.take("ada", 3) == 0
    clock.now += 20
    assert allowance.take("ada", 3) == 40
    assert allowance.take("ada", 2) == 0
    clock.now += 39.9
    assert allowance.take("ada", 1) == pytest.approx(0.1)
    clock.now += 0.1
    assert allowance.take("ada", 5) == 0


def test_callers_count_apart_and_are_forgotten_with_the_minute(clock: Clock) -> None:
    allowance = Allowance(1, clock)
    assert [allowance.take(f"caller {n}", 1) for n in range(1_000)] == [0] * 1_000
    assert allowance.callers == 1_000
    clock.now += 60
    assert allowance.take("ada", 1) == 0
    assert allowance.callers == 1


async def ask(store: Store, address: str) -> str:
    door = Doorkeeper(store, needs_token=False, behind_proxy=False, posts_a_minute=0)
    return (await door.let_in({}, address)).name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("local", "local"),
    ],
)
def test_a_network_of_ipv6_is_one_caller(store: Store, address: str, name: str) -> None:
    """One household has 2^64 addresses."""
    assert run(ask(store, address)) == name
