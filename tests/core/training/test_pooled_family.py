"""The pooled family: what it learns, and what it keeps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import InputError, RefusedError, SignoffError, StorageError
from core.evaluation.evaluate import evaluate
from core.progress import silent
from core.snapshots.content import SplitData
from core.training.families import chosen
from core.training.pooled import model as module
from core.training.pooled import training
from core.training.pooled.learner import Learner
from core.training.pooled.model import load
from core.training.pooled_family import PooledFamily
from core.training.train import train
from tests.conftest import Road
from tests.factories import make_corpus, make_split

DATA, LATER = make_split(make_corpus(posts=40)), make_split(make_corpus(posts=60, seed=1))
SMALL = {"dim": "16", "buckets": "500", "epochs": "12", "min_df": "1", "lr": "0.03"}


def fit(path: Path, *, data: SplitData = DATA, seed: int = 0, **more: Any) -> Path:
    kind = PooledFamily()
    given = SMALL | {name: str(value) for name, value in more.items()}
    params = chosen(kind, given, posts=len(data), labels=4)
    settings = {
        "params": params,
        "seed": seed,
        "threads": 1,
        "unfinished": path.parent / f"unfinished-{path.name}",
        "progress": silent,
    }
    kind.fit(data, path, calibration=LATER, **settings)
    return path


@pytest.mark.parametrize("pooling", ["mean", "chunk", "attentive"])
def test_every_pooling_learns(tmp_path: Path, pooling: str) -> None:
    said = load(fit(tmp_path / "model", pooling=pooling)).predict(LATER.lines, k=1)
    assert (said.labels[:, 0] == LATER.label).mean() > 0.9


def test_another_seed_makes_another_model(tmp_path: Path) -> None:
    one, other = (fit(tmp_path / str(n), seed=n).read_bytes() for n in (1, 2))
    assert one != other


def test_the_order_of_words_counts_by_their_pairs(tmp_path: Path) -> None:
    lines = ["alpha beta", "beta alpha"] * 40
    data = SplitData(
        ids=[str(n) for n in range(80)],
        lines=lines,
        label=(np.arange(80) % 2).astype(np.int32),
        created=np.zeros(80, dtype=np.int64),
        labels=("a", "b"),
    )
    said = load(fit(tmp_path / "model", data=data, pooling="mean")).predict(lines[:2], k=1)
    assert said.labels[:, 0].tolist() == [0, 1]


def test_newer_posts_weigh_more(tmp_path: Path) -> None:
    """The same line is of one label in old posts, and of another in new ones."""
    data = SplitData(
        ids=[str(n) for n in range(80)],
        lines=["the same line"] * 80,
        label=np.repeat([0, 1], 40).astype(np.int32),
        created=np.repeat([0, 400 * 86_400], 40),
        labels=("old", "new"),
    )
    model = load(fit(tmp_path / "model", data=data, half_life=100))
    assert model.labels[model.predict(["the same line"], k=1).labels[0, 0]] == "new"


def test_batches_hold_every_post_once_in_an_order_of_the_seed() -> None:
    lengths = np.random.default_rng(0).integers(0, 40, 5_000)
    posts = np.random.default_rng(1).permutation(5_000)
    one, again, other = (
        list(training.batches(posts, lengths, np.random.default_rng(seed))) for seed in (1, 1, 2)
    )
    assert sorted(np.concatenate(one).tolist()) == list(range(5_000))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    spread = np.mean([np.ptp(lengths[batch]) for batch in one])
    assert spread < 10  # little of a batch is padding


@pytest.mark.parametrize("steps", [3, 14])
def test_after_a_kill_it_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(training, "BATCH", 16)
    monkeypatch.setattr(training, "GROUP", 32)
    monkeypatch.setattr(training, "SECONDS", 0)
    real, done = Learner.learn, list[int]()

    def learn(self: Learner, *words: Any) -> None:
        done.append(self.bias.steps)
        if len(done) == steps:
            raise KeyboardInterrupt
        real(self, *words)

    monkeypatch.setattr(Learner, "learn", learn)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "model", epochs=2)
    again = fit(tmp_path / "model", epochs=2).read_bytes()
    assert steps - 3 <= done[steps] <= steps - 1  # within a group of where it was killed
    assert again == fit(tmp_path / "whole", epochs=2).read_bytes()


def test_a_file_of_another_version_and_no_posts_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fit(tmp_path / "model")
    monkeypatch.setattr(module, "FORMAT", 2)
    with pytest.raises(RefusedError, match="format 1"):
        load(path)
    with pytest.raises(InputError, match="training split is empty"):
        fit(tmp_path / "other", data=make_split([]))


def test_full_disk_and_full_memory_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    def crowded(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(StorageError, match="is full"):
            fit(tmp_path / "model")
    assert list(tmp_path.glob("model*")) == []
    monkeypatch.setattr(training, "read", crowded)
    with pytest.raises(SignoffError, match=r"ran out of memory.*dim=50"):
        fit(tmp_path / "model")


def test_ctrl_c_is_heard(tmp_path: Path) -> None:
    def interrupt(name: str, *_: object) -> None:
        if name == "Training":
            raise KeyboardInterrupt

    params = chosen(PooledFamily(), SMALL, posts=80, labels=4)
    settings = {
        "params": params,
        "seed": 0,
        "threads": 1,
        "unfinished": tmp_path / "unfinished",
        "progress": interrupt,
    }
    with pytest.raises(KeyboardInterrupt):
        PooledFamily().fit(DATA, tmp_path / "model", calibration=LATER, **settings)
    assert list(tmp_path.glob("model*")) == []


def test_it_is_trained_and_evaluated_as_any_model(road: Road) -> None:
    model = train(road.store, road.snapshot, model="pooled", params=SMALL)
    assert evaluate(road.store, model, road.snapshot).metrics["accuracy"] > 0.8
