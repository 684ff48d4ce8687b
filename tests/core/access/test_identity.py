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


def test_a_role_goes_by_its_title() -> None:
    assert [Role.titled(role.title) for role in Role] == list(Role)
    with pytest.raises(InputError, match="Choose one of viewer, reviewer, releaser, admin"):
        Role.titled("Admin")
