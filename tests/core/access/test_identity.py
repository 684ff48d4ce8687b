"""Who acts: as named, else as the entrance says, else whoever uses this machine."""

import threading
from collections.abc import Iterator

import pytest

from core.access.identity import (
    NOBODY,
    Actor,
    Role,
    Way,
    acting_as,
    current_actor,
    entrance,
    local_operator,
    person,
)
from core.errors import InputError

BOB = Actor("bob@example.com", Way.SIGNED_IN)


@pytest.fixture
def served() -> Iterator[None]:
    """A process whose entrance knows nobody."""
    entrance(lambda: NOBODY)
    yield
    entrance(local_operator)


def test_without_an_entrance_it_is_the_local_operator() -> None:
    assert current_actor() == Actor("ada", Way.LOCAL)


def test_what_is_named_goes_before_the_entrance_and_ends(served: None) -> None:
    assert current_actor() == NOBODY
    with acting_as(BOB):
        assert current_actor() == BOB
        with acting_as(NOBODY):
            assert current_actor() == NOBODY
        assert current_actor() == BOB
    assert current_actor() == NOBODY


def test_a_thread_is_not_whoever_started_it(served: None) -> None:
    found: list[Actor] = []
    with acting_as(BOB):
        thread = threading.Thread(target=lambda: found.append(current_actor()))
        thread.start()
        thread.join()
    assert found == [NOBODY]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (" Bob@Example.COM ", "bob@example.com"),
        ("Bob", "Bob"),
        ("TEAM\\bob", "TEAM\\bob"),
        ("bob@\u2060example.com", "bob@example.com"),  # copied from a page
        ("Jose\u0301", "Jos\u00e9"),
    ],
)
def test_a_name_is_written_in_one_way(given: str, name: str) -> None:
    assert person(given) == name
    assert person(name) == name


@pytest.mark.parametrize("given", ["", "\u2060", "a b", "a\nb", "\ud800", "a\u00a0b", "x" * 255])
def test_what_cannot_be_seen_is_no_name(given: str) -> None:
    with pytest.raises(InputError):
        person(given)


def test_a_role_goes_by_its_title() -> None:
    assert [Role.titled(role.title) for role in Role] == list(Role)
    with pytest.raises(InputError, match="Choose one of viewer, reviewer, releaser, admin"):
        Role.titled("Admin")
