"""What was run for something else is known as that, and is its reader's once they ask for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.comparison.noise import FIRST_SEED, measure
from core.errors import InputError
from core.evaluation.history import trainings
from core.executions import get, listing, record
from core.executions.grouping import Group, steps
from core.executions.purpose import LOOK, NOISE, TUNE, purpose, run_for
from core.release.review import propose
from core.store import Store, open_store
from core.store.sqlite import DATABASE
from core.training.train import train
from tests.commands import signoff
from tests.conftest import Road, opened
from tests.factories import QUICK
from tests.workspaces import copied, make_older, once

REPEATS = 3


def groups_of(store: Store) -> list[Group]:
    return list(steps(store, most=1_000).groups)


def measured_noise(road: Road) -> int:
    made = measure(
        road.store, road.snapshot, repeats=REPEATS, model="fasttext", params=QUICK, threads=1
    )
    return made.execution


@pytest.fixture
def noisy(trained: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """A road whose configuration was retrained."""

    def make(made: Path) -> None:
        copied(trained, made)
        with opened(made) as road:
            measured_noise(road)

    copied(once(tmp_path_factory, "noisy", make), home)
    with opened(home) as road:
        yield road


def test_an_execution_knows_what_it_was_run_for(store: Store) -> None:
    assert purpose() is None
    with run_for(NOISE), record(store, "train", params={}, inputs={}) as run:
        pass
    with record(store, "train", params={}, inputs={}) as own:
        pass
    assert get(store, run.number).purpose == NOISE
    assert get(store, own.number).purpose is None


def test_retrainings_belong_to_the_noise_that_started_them(noisy: Road) -> None:
    runs = listing(noisy.store)
    noise = next(run for run in runs if run.kind == "noise")
    retrainings = [t for t in trainings(noisy.store) if not t.own]
    assert len(retrainings) == REPEATS
    assert {t.repeats for t in retrainings} == {noisy.baseline.execution}
    groups = {group.execution.number: group for group in groups_of(noisy.store)}
    parts = {part.number for part in groups[noise.number].parts}
    assert {t.number for t in retrainings} < parts
    assert groups[noise.number].told == "+3 retrainings"
    assert len(groups[noise.number].parts) == 2 * REPEATS
    assert not groups.keys() & {t.number for t in retrainings}
    assert sum(1 + len(group.parts) for group in groups.values()) == len(runs)


@pytest.mark.slow
def test_retrainings_of_halves_belong_to_it_too(road: Road) -> None:
    measure(
        road.store,
        road.snapshot,
        repeats=REPEATS,
        model="fasttext",
        params=QUICK,
        threads=1,
        halves=True,
    )
    made = [t for t in trainings(road.store) if not t.own]
    assert len(made) == 2 * REPEATS
    assert {t.repeats for t in made} == {road.baseline.execution}
    assert any(group.told == "+6 retrainings" for group in groups_of(road.store))


@pytest.mark.slow
def test_of_noise_that_was_interrupted_nothing_is_hidden(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.comparison.noise.record", interrupt)
    with pytest.raises(KeyboardInterrupt):
        measured_noise(road)
    assert len(groups_of(road.store)) == len(listing(road.store))
    assert [t.own for t in trainings(road.store)] == [False] * REPEATS + [True, True]


def test_what_somebody_asks_for_later_is_theirs(noisy: Road) -> None:
    retraining = next(t for t in trainings(noisy.store) if not t.own)
    again = train(
        noisy.store,
        noisy.snapshot,
        model="fasttext",
        params=QUICK,
        seed=retraining.seed,
        threads=1,
    )
    assert again.execution == retraining.number
    assert next(t for t in trainings(noisy.store) if t.number == again.execution).own
    assert retraining.number in {g.execution.number for g in groups_of(noisy.store)}
    measured_noise(noisy)
    assert next(t for t in trainings(noisy.store) if t.number == again.execution).own


def test_what_somebody_proposes_is_theirs(noisy: Road) -> None:
    retraining = next(t for t in trainings(noisy.store) if not t.own)
    propose(noisy.store, retraining.number)
    assert next(t for t in trainings(noisy.store) if t.number == retraining.number).own
    assert retraining.number in {g.execution.number for g in groups_of(noisy.store)}


def test_the_command_names_a_training_and_what_to_compare_it_with(road: Road) -> None:
    params = [word for name, value in QUICK.items() for word in ("--param", f"{name}={value}")]
    options = ("--snapshot", "small", "--model", "fasttext", "--threads", 1, "--seed", 7)
    named = ("--name", "quick", "--note", "Few words")
    said = signoff("train", *options, *params, *named).out
    made = trainings(road.store)[0]
    assert (made.name, made.note, made.own) == ("quick", "Few words", True)
    assert f"Next: signoff compare {road.candidate.execution} {made.number}" in said
    assert f"#{made.number}" in signoff("executions", "list").out
    assert "quick" in signoff("executions", "list").out


def test_what_somebody_asked_for_stays_theirs_where_noise_uses_it(road: Road) -> None:
    mine = train(
        road.store, road.snapshot, model="fasttext", params=QUICK, seed=FIRST_SEED, threads=1
    )
    measured_noise(road)
    assert next(t for t in trainings(road.store) if t.number == mine.execution).own
    assert any(g.told == "+2 retrainings" for g in groups_of(road.store))


def test_a_training_is_named_and_keeps_its_name(road: Road) -> None:
    def go(**more: str) -> str:
        model = train(
            road.store, road.snapshot, model="fasttext", params=QUICK, seed=1, threads=1, **more
        )
        (found,) = [t for t in trainings(road.store) if t.number == model.execution]
        return f"{found.name}|{found.note}"

    assert go() == "|"
    assert go(name="quick", note="Few words") == "quick|Few words"
    assert go() == "quick|Few words"
    assert go(note="Better") == "quick|Better"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "two\nlines", "\x1b[31m", "x" * 41])
def test_a_name_is_a_short_line(road: Road, name: str) -> None:
    before = len(listing(road.store))
    with pytest.raises(InputError, match="name"):
        train(road.store, road.snapshot, model="fasttext", params=QUICK, name=name)
    assert len(listing(road.store)) == before


def test_the_list_counts_retrainings_and_shows_them_when_asked(noisy: Road) -> None:
    said = signoff("executions", "list").out
    assert "+3 retrainings" in said
    assert "retraining of #" not in said
    everything = signoff("executions", "list", "--all").out
    assert everything.count(f"retraining of #{noisy.baseline.execution}, seed 10") == REPEATS


def test_an_older_workspace_learns_what_its_executions_were_run_for(noisy: Road) -> None:
    before = {run.number: run.purpose for run in listing(noisy.store)}
    home = noisy.store.home
    noisy.store.engine.dispose()
    make_older(home, "0006")
    upgraded = open_store(home)
    assert {run.number: run.purpose for run in listing(upgraded)} == before
    assert NOISE in before.values()
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never changes"):
            connection.execute("UPDATE executions SET purpose = NULL")
    upgraded.engine.dispose()


def test_what_a_page_compared_is_no_step(store: Store) -> None:
    with run_for(LOOK), record(store, "compare", params={}, inputs={}):
        pass
    assert groups_of(store) == []
    assert len(listing(store)) == 1


def test_trials_of_a_tuning_belong_to_it(store: Store) -> None:
    with run_for(TUNE):
        with record(store, "train", params={}, inputs={}) as trial:
            pass
        with record(store, "evaluate", params={}, inputs={"training": trial.number}) as judged:
            pass
        sides = {"baseline": judged.number, "candidate": judged.number}
        with record(store, "compare", params={}, inputs=sides):
            pass
    with record(store, "tune", params={}, inputs={"trainings": [trial.number]}) as tuned:
        pass
    (group,) = groups_of(store)
    assert group.execution.number == tuned.number
    assert group.told == "+1 trial"
    assert len(group.parts) == 3
