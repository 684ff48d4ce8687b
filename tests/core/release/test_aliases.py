"""Moving an alias is compare-and-swap, and every move is kept."""

from dataclasses import replace
from functools import partial

import pytest

from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.executions import record
from core.release.aliases import (
    current,
    history,
    move,
    rollback,
    rollback_target,
    version_of,
)
from core.release.review import approve, propose
from core.store import Store
from core.store.models import insert_model
from tests.commands import race
from tests.conftest import Road


@pytest.fixture
def versions(road: Road) -> list[str]:
    """Two approved versions, released to nothing yet."""
    made = []
    for number in (3, 5):
        propose(road.store, number, by="ada")
        made.append(str(approve(road.store, number, by="bob", comment="fine").version))
    return made


@pytest.fixture
def moved(road: Road, versions: list[str]) -> Store:
    """``production`` was given both, one after the other."""
    move(road.store, "production", versions[0], by="bob", expected=None)
    move(road.store, "production", versions[1], by="bob", expected=versions[0])
    return road.store


def test_an_alias_names_what_it_was_given_last(moved: Store, versions: list[str]) -> None:
    assert current(moved) == {"production": versions[1]}
    found = version_of(moved, "production")
    assert found is not None
    assert (found.version, found.candidate) == (versions[1], 5)
    assert version_of(moved, "staging") is None


def test_every_move_is_kept_with_what_was_before(moved: Store, versions: list[str]) -> None:
    last, first = history(moved, "production")
    assert (last.version, last.before, last.by) == (versions[1], versions[0], "bob")
    assert (first.version, first.before, first.kind) == (versions[0], None, "released")
    assert history(moved) == [last, first]


def test_aliases_move_apart(moved: Store, versions: list[str]) -> None:
    move(moved, "staging", versions[0], by="cy", expected=None)
    assert current(moved) == {"production": versions[1], "staging": versions[0]}
    assert len(history(moved, "staging")) == 1


@pytest.mark.parametrize("expected", [None, "20200101.1", "the other"])
@pytest.mark.parametrize("target", [0, 1])
def test_a_stale_expectation_is_a_conflict_and_moves_nothing(
    moved: Store, versions: list[str], expected: str | None, target: int
) -> None:
    stale = versions[0] if expected == "the other" else expected
    with pytest.raises(ConflictError, match=f"production names {versions[1]}, not"):
        move(moved, "production", versions[target], by="cy", expected=stale)
    assert current(moved) == {"production": versions[1]}
    assert len(history(moved)) == 2


def test_an_expectation_of_an_alias_that_is_not_set_is_a_conflict(
    road: Road, versions: list[str]
) -> None:
    with pytest.raises(ConflictError, match="production names nothing"):
        move(road.store, "production", versions[0], by="cy", expected=versions[1])
    assert current(road.store) == {}


def test_moving_to_where_it_is_is_refused(moved: Store, versions: list[str]) -> None:
    with pytest.raises(RefusedError, match="already"):
        move(moved, "production", versions[1], by="cy", expected=versions[1])
    assert len(history(moved)) == 2


def test_a_version_that_is_not_there_is_told(moved: Store, versions: list[str]) -> None:
    with pytest.raises(NotFoundError, match=r"no version 20200101\.1"):
        move(moved, "production", "20200101.1", by="cy", expected=versions[1])


@pytest.mark.parametrize("name", ["", "Production", "a b", "1st", "-x", "a" * 32, "prod\n", "é"])
def test_a_name_that_is_none_is_refused(road: Road, versions: list[str], name: str) -> None:
    with pytest.raises(InputError, match="cannot be an alias"):
        move(road.store, name, versions[0], by="cy", expected=None)


def test_a_rollback_goes_back_and_is_kept(moved: Store, versions: list[str]) -> None:
    assert rollback_target(moved, "production") == versions[0]
    event = rollback(moved, "production", by="cy", expected=versions[1])
    assert (event.kind, event.version, event.before) == ("rolled_back", *versions)
    assert event.candidate == 3
    assert current(moved) == {"production": versions[0]}
    assert len(history(moved)) == 3
    assert rollback_target(moved, "production") is None


def test_a_rollback_to_nothing_is_refused(moved: Store) -> None:
    rollback(moved, "production", by="cy")
    for alias in ("production", "staging"):
        with pytest.raises(RefusedError, match=f"{alias} has no earlier version"):
            rollback(moved, alias, by="cy")
    assert len(history(moved)) == 3


def test_a_rollback_of_what_has_moved_is_a_conflict(moved: Store, versions: list[str]) -> None:
    with pytest.raises(ConflictError, match="moved meanwhile"):
        rollback(moved, "production", by="cy", expected=versions[0])
    assert current(moved) == {"production": versions[1]}


def test_the_history_of_an_alias_never_set_is_not_found(moved: Store) -> None:
    with pytest.raises(NotFoundError, match="'staging' was never set"):
        history(moved, "staging")


def test_of_processes_that_move_one_alias_exactly_one_wins(road: Road, versions: list[str]) -> None:
    prepare = f"""
from core.errors import ConflictError
from core.release.aliases import move
from core.settings import settings
from core.store import open_store
store, versions = open_store(settings().home), {versions!r}"""
    act = """
for n in range(10):
    try:
        move(store, f"a{n}", versions[n % 2], by="cy", expected=None)
        print("won", end=" ")
    except ConflictError:
        print("lost", end=" ")"""
    said = [words.split() for words in race(prepare, act, processes=3)]
    assert [sorted(each) for each in zip(*said, strict=True)] == [["lost", "lost", "won"]] * 10
    assert len(history(road.store)) == len(current(road.store)) == 10


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
store, at = open_store(settings().home), datetime(2026, 5, 31, tzinfo=UTC)
with store.read() as session:
    mine = [model.execution for model in models.models(session)][int(sys.argv[1]) : 15 : 3]"""
    act = """
for candidate in mine:
    with store.write() as session:
        print(releases.next_version(session, at=at, candidate=candidate), end=" ")"""
    said = " ".join(race(prepare, act, processes=3)).split()
    assert sorted(said) == sorted(f"20260531.{n}" for n in range(1, 16))
