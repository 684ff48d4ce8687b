"""How much a caller may ask for, and who counts as one."""

import pytest

from core.api.callers import Authenticator
from core.store import Store
from tests.core.api.test_batching import run


async def ask(store: Store, address: str) -> str:
    door = Authenticator(store, needs_token=False, behind_proxy=False, posts_a_minute=0)
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
