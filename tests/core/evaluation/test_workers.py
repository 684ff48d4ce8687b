"""Several processes predict what one would, and none of them is left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pytest

from core.errors import SignoffError
from core.evaluation import workers
from core.evaluation.predict import predict
from core.progress import silent
from core.snapshots.content import SplitFile, split_file, to_parquet
from core.training.classifier import Classifier, Predictions
from core.training.families import chosen
from core.training.fasttext_family import FastTextFamily
from tests.factories import QUICK, make_corpus, make_frozen, make_split

POSTS = make_corpus(posts=15)


@pytest.fixture
def split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SplitFile:
    """60 posts in nine row groups, enough for two processes."""
    monkeypatch.setattr("core.snapshots.content.ROW_GROUP", 7)
    monkeypatch.setattr(workers, "SMALL", 1)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    (tmp_path / "split").write_bytes(to_parquet(make_frozen(POSTS)))
    return split_file(tmp_path / "split")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.bin"
    kind = FastTextFamily()
    params = chosen(kind, QUICK, posts=80, labels=4)
    kind.fit(
        make_split(POSTS),
        path,
        calibration=make_split([]),
        params=params,
        seed=0,
        threads=1,
        unfinished=path.parent,
        progress=silent,
    )
    return path


class Mute:
    """Has nothing to say of any line."""

    labels = ("cats",)

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        return Predictions.none(len(lines), k)


class Processes(Mute):
    """Says in which process each line was predicted: its id is the label."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        said = Predictions.none(len(lines), k)
        said.labels[:] = os.getpid()
        return said


class Interrupted(Processes):
    """Each process hears Ctrl-C while it predicts."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        os.kill(os.getpid(), signal.SIGINT)
        return super().predict(lines, k=k)


class Killed(Mute):
    """As by a system that is out of memory."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        if os.getpid() != MAIN:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().predict(lines, k=k)


class Starved(Mute):
    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        raise MemoryError


class Endless(Mute):
    """Predicts until it is told to stop: a part never ends by itself."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        time.sleep(0.05)
        return super().predict(lines, k=k)


MAIN = os.getpid()


def processes(split: SplitFile, classifier: Classifier) -> set[int]:
    parts = workers.in_parts(classifier, type(classifier), split, k=1)
    return {int(label) for part in parts for label in part.labels.ravel()}


def in_memory(split: SplitFile) -> SplitFile:
    """The same split, and no file of it left."""
    assert isinstance(split.source, Path)
    content = split.source.read_bytes()
    split.source.unlink()
    return split_file(pa.py_buffer(content))


@pytest.mark.parametrize("where", [in_memory, lambda split: split])
@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_processes_predict_the_same_bits_as_one(
    split: SplitFile,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    where: Callable[[SplitFile], SplitFile],
) -> None:
    split = where(split)
    load = partial(FastTextFamily().load, model)
    context = multiprocessing.get_context(method)
    monkeypatch.setattr(workers, "safe_context", lambda: context)
    several = predict(load, split, k=3, progress=silent)
    monkeypatch.setattr(workers, "cores", lambda: 1)
    one = predict(load, split, k=3, progress=silent)
    assert several.post_id.tolist() == one.post_id.tolist() == [post.id for post in POSTS]
    for name in ("label", "top_labels", "top_probs"):
        np.testing.assert_array_equal(getattr(several, name), getattr(one, name))
    straight = load().predict(make_split(POSTS).lines, k=3)
    np.testing.assert_array_equal(one.top_probs, straight.probabilities)


def test_large_splits_are_predicted_elsewhere_and_small_ones_here(
    split: SplitFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAIN not in processes(split, Processes())
    monkeypatch.setattr(workers, "SMALL", len(split) + 1)
    assert processes(split, Processes()) == {MAIN}


def test_one_core_needs_no_other_process(split: SplitFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 1)
    assert processes(split, Processes()) == {MAIN}


def test_threads_other_than_the_first_do_not_fork() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(method()))
    thread.start()
    thread.join()
    assert found == ["spawn"]


def method() -> str:
    found = workers.safe_context().get_start_method()
    assert found is not None
    return found


def test_progress_is_told_here_and_grows(split: SplitFile) -> None:
    told: list[tuple[int, float]] = []
    predict(
        Mute,
        split,
        k=1,
        progress=lambda _s, done, _t: told.append((threading.get_ident(), done)),
    )
    threads, done = zip(*told, strict=True)
    assert set(threads) == {threading.get_ident()}
    assert done == (0, 7, 14, 21, 28, 35, 42, 49, 56, 60)


def test_ctrl_c_reaches_no_worker(split: SplitFile) -> None:
    assert MAIN not in processes(split, Interrupted())


def test_ctrl_c_ends_the_workers(split: SplitFile) -> None:
    def interrupt(_step: str, done: float, _total: float | None) -> None:
        if done:
            os.kill(MAIN, signal.SIGINT)

    before = set(multiprocessing.active_children())
    with pytest.raises(KeyboardInterrupt):
        predict(Endless, split, k=1, progress=interrupt)
    assert set(multiprocessing.active_children()) <= before


def test_a_worker_stops_within_a_part(split: SplitFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BATCH", 1)
    stop = multiprocessing.get_context("fork").Event()
    job = workers._Job(Mute(), split.source, 1, stop)
    assert len(job(0).labels) == 7
    stop.set()
    assert len(job(0).labels) == 0


def test_leaving_early_leaves_no_process(split: SplitFile) -> None:
    before = set(multiprocessing.active_children())
    with closing(workers.in_parts(Mute(), Mute, split, k=1)) as parts:
        next(parts)
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.parametrize("kind", [Killed, Starved])
def test_a_worker_that_ends_is_told_with_a_way_out(split: SplitFile, kind: type[Mute]) -> None:
    with pytest.raises(SignoffError, match="was killed, or ran out of memory") as caught:
        predict(kind, split, k=1, progress=silent)
    assert "memory" in str(caught.value.hint)


@pytest.mark.slow
def test_workers_end_with_a_main_process_that_was_killed(split: SplitFile) -> None:
    code = f"""
import pathlib, multiprocessing
from core.evaluation import workers
from core.snapshots.content import split_file
from tests.core.evaluation.test_workers import Endless
workers.SMALL, workers.cores, workers.BATCH = 1, lambda: 2, 1
parts = workers.in_parts(Endless(), Endless, split_file(pathlib.Path({str(split.source)!r})), k=1)
next(parts)
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as main:
        assert main.stdout is not None
        found = [psutil.Process(int(word)) for word in main.stdout.readline().split()]
        assert len(found) == 2
        main.kill()
    _, alive = psutil.wait_procs(found, timeout=60)
    assert alive == []
