"""Moving an alias is compare-and-swap, and every move is kept."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core import audit
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.executions import record
from core.release import aliases
from core.release.aliases import (
    clear,
    current,
    history,
    move,
    rollback,
    rollback_target,
    version_of,
)
from core.store import Store, open_store
from core.store.models import insert_model
from tests.commands import race
from tests.conftest import Road
from tests.decisions import approved, released
from tests.factories import set_policy
from tests.workspaces import become, copied, once


@pytest.fixture
def store(road: Road) -> Store:
    """Under a policy that is in nobody's way."""
    set_policy(road.store)
    return road.store


@pytest.fixture
def versions(store: Store) -> list[str]:
    """Two approved versions, released to nothing yet."""
    return [approved(store, number) for number in (3, 5)]


@pytest.fixture
def both(store: Store, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two versions that ``production`` was given, one after the other."""

    def release(made: Path) -> None:
        other = open_store(copied(trained, made))
        set_policy(other)
        for number in (3, 5):
            released(other, number)
        other.engine.dispose()

    become(store.home, once(tmp_path_factory, "both-released", release))
    return [made.version for made in reversed(aliases.versions(store))]


@pytest.fixture
def moved(store: Store, both: list[str]) -> Store:
    """Where that was done."""
    return store


def test_an_alias_names_what_it_was_given_last(moved: Store, both: list[str]) -> None:
    assert current(moved) == {"production": both[1]}
    found = version_of(moved, "production")
    assert found is not None
    assert (found.version, found.candidate) == (both[1], 5)
    assert version_of(moved, "staging") is None


def test_every_move_is_kept_with_what_was_before(moved: Store, both: list[str]) -> None:
    last, first = history(moved, "production")
    assert (last.version, last.before, last.by) == (both[1], both[0], "bob")
    assert (first.version, first.before, first.kind) == (both[0], None, "released")
    assert history(moved) == [last, first]


def test_aliases_move_apart(moved: Store, both: list[str]) -> None:
    move(moved, "staging", both[0], expected=None)
    assert current(moved) == {"production": both[1], "staging": both[0]}
    assert len(history(moved, "staging")) == 1


@pytest.mark.parametrize("expected", [None, "20200101.1", "the other"])
@pytest.mark.parametrize("target", [0, 1])
def test_a_stale_expectation_is_a_conflict_and_moves_nothing(
    moved: Store, both: list[str], expected: str | None, target: int
) -> None:
    stale = both[0] if expected == "the other" else expected
    with pytest.raises(ConflictError, match=f"production now names {both[1]}, not"):
        move(moved, "production", both[target], expected=stale)
    assert current(moved) == {"production": both[1]}
    assert len(history(moved)) == 2


def test_an_expectation_of_an_alias_that_is_not_set_is_a_conflict(
    store: Store, versions: list[str]
) -> None:
    with pytest.raises(ConflictError, match="production now names nothing"):
        move(store, "production", versions[0], expected=versions[1])
    assert current(store) == {}


def test_moving_to_where_it_is_is_refused(moved: Store, both: list[str]) -> None:
    with pytest.raises(RefusedError, match="already"):
        move(moved, "production", both[1], expected=both[1])
    assert len(history(moved)) == 2


def test_a_version_that_is_not_there_is_told(moved: Store, both: list[str]) -> None:
    with pytest.raises(NotFoundError, match=r"no version 20200101\.1"):
        move(moved, "production", "20200101.1", expected=both[1])


NO_NAMES = ["", "Production", "a b", "1st", "-x", "a" * 32, "prod\n", "é", "latest"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_none_is_refused(store: Store, versions: list[str], name: str) -> None:
    with pytest.raises(InputError, match="cannot be an alias"):
        move(store, name, versions[0], expected=None)


def test_a_rollback_goes_back_and_is_kept(moved: Store, both: list[str]) -> None:
    assert rollback_target(moved, "production") == both[0]
    event = rollback(moved, "production", expected=both[1])
    assert (event.kind, event.version, event.before) == ("rolled_back", *both)
    assert event.candidate == 3
    assert current(moved) == {"production": both[0]}
    assert len(history(moved)) == 3
    assert rollback_target(moved, "production") is None


def test_a_rollback_to_nothing_is_refused(moved: Store) -> None:
    rollback(moved, "production")
    for alias in ("production", "staging"):
        with pytest.raises(RefusedError, match=f"{alias} has no earlier version"):
            rollback(moved, alias)
    assert len(history(moved)) == 3


def test_a_rollback_of_what_has_moved_is_a_conflict(moved: Store, both: list[str]) -> None:
    with pytest.raises(ConflictError, match="somebody has moved it"):
        rollback(moved, "production", expected=both[0])
    assert current(moved) == {"production": both[1]}


def test_a_cleared_alias_names_nothing_and_its_history_stays(moved: Store, both: list[str]) -> None:
    for version, before in ((both[0], None), (both[1], both[0])):
        move(moved, "shadow", version, expected=before)
    event = clear(moved, "shadow", expected=both[1])
    assert (event.kind, event.after, event.before) == ("cleared", None, both[1])
    assert event.candidate == 5
    assert current(moved) == {"production": both[1]}
    assert version_of(moved, "shadow") is None
    assert [one.kind for one in history(moved, "shadow")] == ["cleared", "released", "released"]
    assert audit.verify(moved).broken is None


def test_a_cleared_alias_begins_anew(moved: Store, both: list[str]) -> None:
    move(moved, "shadow", both[0], expected=None)
    clear(moved, "shadow")
    with pytest.raises(RefusedError, match="no earlier version"):
        rollback(moved, "shadow")
    move(moved, "shadow", both[1], expected=None)
    assert current(moved)["shadow"] == both[1]
    assert rollback_target(moved, "shadow") is None
    assert audit.verify(moved).broken is None


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("production", RefusedError, "callers would get no answer"),
        ("canary", RefusedError, "it ends with a share of 0"),
        ("shadow", NotFoundError, "names no version"),
    ],
)
def test_what_cannot_be_cleared_says_what_to_do(
    moved: Store, name: str, error: type[RefusedError], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        clear(moved, name)
    assert "signoff alias" in str(raised.value.hint)
    assert len(history(moved)) == 2


def test_clearing_what_has_moved_is_a_conflict(moved: Store, both: list[str]) -> None:
    move(moved, "shadow", both[0], expected=None)
    with pytest.raises(ConflictError, match="somebody has moved it"):
        clear(moved, "shadow", expected=both[1])
    assert current(moved)["shadow"] == both[0]


def test_only_releasers_clear(moved: Store, both: list[str]) -> None:
    move(moved, "shadow", both[0], expected=None)
    members.grant(moved, "eve@example.com", Role.REVIEWER)
    with acting_as(Actor("eve@example.com", Way.SIGNED_IN)):
        with pytest.raises(RefusedError, match="cannot clear shadow"):
            clear(moved, "shadow")
    assert current(moved)["shadow"] == both[0]


def test_the_history_of_an_alias_never_set_is_not_found(moved: Store) -> None:
    with pytest.raises(NotFoundError, match="'staging' was never set"):
        history(moved, "staging")


@pytest.mark.slow
def test_of_processes_that_move_one_alias_exactly_one_wins(
    store: Store, versions: list[str]
) -> None:
    prepare = f"""
from core.errors import ConflictError
from core.release.aliases import move
from core.settings import settings
from core.store import open_store
store, versions = open_store(settings().home), {versions!r}"""
    act = """
for n in range(10):
    try:
        move(store, f"a{n}", versions[n % 2], expected=None)
        print("won", end=" ")
    except ConflictError:
        print("lost", end=" ")"""
    said = [words.split() for words in race(prepare, act, processes=3)]
    assert [sorted(each) for each in zip(*said, strict=True)] == [["lost", "lost", "won"]] * 10
    assert len(history(store)) == len(current(store)) == 10


@pytest.mark.slow
def test_processes_never_hand_out_one_version_twice(road: Road) -> None:
    for _ in range(15):
        with record(road.store, "train", params={}, inputs={}) as run:
            model = replace(road.baseline, execution=run.number)
            run.on_success(partial(insert_model, model=model))
    prepare = """
import sys
from datetime import UTC, datetime
from core.settings import settings
from core.store import models, open_store, releases
from core.store.writing import write
store, at = open_store(settings().home), datetime(2026, 5, 31, tzinfo=UTC)
with store.read() as session:
    mine = [model.execution for model in models.models(session)][int(sys.argv[1]) : 15 : 3]"""
    act = """
for candidate in mine:
    with write(store) as session:
        print(releases.next_version(session, at=at, candidate=candidate), end=" ")"""
    said = " ".join(race(prepare, act, processes=3)).split()
    assert sorted(said) == sorted(f"20260531.{n}" for n in range(1, 16))
