"""Training on a snapshot, recorded."""

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.errors import CorruptArtifactError, InputError, NotFoundError, RefusedError, StorageError
from core.executions import get, listing
from core.store import models as table
from core.training import fasttext_family
from core.training.fasttext_family import FastTextFamily
from core.training.load import load
from core.training.train import of_execution, train
from tests.conftest import Road
from tests.factories import QUICK
from tests.workspaces import overwrite


def leftovers(road: Road) -> list[Path]:
    return [path for path in road.store.artifacts.root.iterdir() if path.name.startswith("tmp")]


def test_the_same_training_is_given_back(road: Road) -> None:
    again = train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=1, threads=1)
    assert again == road.baseline


def test_one_thread_makes_the_same_model_again(road: Road) -> None:
    forced = train(
        road.store, road.snapshot, model="fasttext", params=QUICK, seed=1, threads=1, force=True
    )
    assert forced.execution > road.candidate.execution
    assert forced.digest == road.baseline.digest
    assert road.candidate.digest != road.baseline.digest


def test_an_execution_tells_how_a_model_was_made(road: Road) -> None:
    made = get(road.store, road.baseline.execution)
    assert made.params["seed"] == 1
    assert made.params["threads"] == 1
    assert made.params["params"]["dim"] == 8
    assert made.inputs == {"snapshot": road.snapshot.digest}
    assert made.outputs == {"model": road.baseline.digest}
    assert made.metrics["posts"] == 192
    assert of_execution(road.store, made.number) == road.baseline


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "oracle"},
        {"params": {"depth": "3"}},
        {"params": {"lr": "fast"}},
        {"threads": 0},
        {"threads": 100_000},
        {"seed": -1},
        {"seed": 2**31},
    ],
)
def test_what_cannot_be_trained_is_refused_before_it_begins(road: Road, wrong: dict) -> None:  # type: ignore[type-arg]
    before = listing(road.store)
    with pytest.raises(InputError):
        train(road.store, road.snapshot, **wrong)
    assert listing(road.store) == before


@pytest.mark.slow
def test_a_training_that_fails_makes_no_model(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasttext_family, "HALVINGS", 0)
    params = {**QUICK, "lr": "1e9"}
    with pytest.raises(InputError, match="fastText refused"):
        train(road.store, road.snapshot, model="fasttext", params=params)
    failed = listing(road.store)[0]
    assert (failed.status, failed.outputs) == ("failed", {})
    assert leftovers(road) == []
    with pytest.raises(NotFoundError, match=r"\(train, failed\) made no model"):
        of_execution(road.store, failed.number)


def test_a_full_disk_leaves_no_model_and_no_scratch(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with road.store.read() as session:
        before = table.models(session)
    monkeypatch.setattr("core.store.artifacts.flush", full)
    with pytest.raises(StorageError, match=r"The disk that holds .* is full"):
        train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=7)
    monkeypatch.undo()
    with road.store.read() as session:
        assert table.models(session) == before
    assert leftovers(road) == []


def test_a_corrupted_model_is_not_loaded(road: Road) -> None:
    path = road.store.artifacts.open(road.baseline.digest)
    overwrite(path, path.read_bytes()[:-1])
    with pytest.raises(CorruptArtifactError, match=road.baseline.digest[:12]):
        load(road.store, road.baseline)
    assert len(load(road.store, road.candidate).labels) == road.candidate.subreddits


def test_a_corrupted_snapshot_is_not_trained_on(road: Road) -> None:
    path = road.store.artifacts.open(road.snapshot.train)
    overwrite(path, b"")
    with pytest.raises(CorruptArtifactError, match=road.snapshot.train[:12]):
        train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=9)
    assert listing(road.store)[0].status == "failed"


def test_lines_of_another_normaliser_are_refused(road: Road) -> None:
    with pytest.raises(RefusedError, match="version 0 of the text normaliser"):
        train(road.store, replace(road.snapshot, normaliser=0), model="fasttext", params=QUICK)
    with pytest.raises(RefusedError, match="Model #3 was trained on texts of version 1"):
        load(road.store, replace(road.baseline, normaliser=1))


def test_ctrl_c_ends_the_training_process_and_is_recorded(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = []
    real = FastTextFamily.fit

    def fit(self: FastTextFamily, *args: object, **options: object) -> None:
        def interrupt(_step: str, _done: float, _total: float | None) -> None:
            children.extend(
                child
                for child in psutil.Process().children()
                if "core.training.fasttext_child" in child.cmdline()
            )
            raise KeyboardInterrupt

        real(self, *args, **(options | {"progress": interrupt}))  # type: ignore[arg-type]

    monkeypatch.setattr(FastTextFamily, "fit", fit)
    with pytest.raises(KeyboardInterrupt):
        train(road.store, road.snapshot, model="fasttext", params=QUICK, seed=8)
    assert listing(road.store)[0].status == "interrupted"
    assert len(children) == 1
    assert not children[0].is_running()
    assert leftovers(road) == []
