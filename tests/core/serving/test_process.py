"""A model in a process of its own."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import UnavailableError
from core.serving.pool import Pool, load_beside
from core.serving.process import ProcessModel
from core.serving.suggest import LocalModel
from core.training.families import family
from core.training.train import load, loader
from tests.conftest import Road
from tests.core.serving.conftest import Served

POSTS = [("My KITTEN", "purring"), ("Simmer the broth!", ""), ("zzz", "")]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.02)


def test_it_says_what_the_model_says_here(road: Road) -> None:
    ours = LocalModel(load(road.store, road.baseline))
    theirs = ProcessModel(loader(road.store, road.baseline))
    assert theirs.labels == ours.labels
    here, there = ours.predict(POSTS, k=3), theirs.predict(POSTS, k=3)
    assert np.array_equal(here.labels, there.labels)
    assert np.array_equal(here.probabilities, there.probabilities)


def test_it_ends_with_its_last_reference(road: Road) -> None:
    model = ProcessModel(loader(road.store, road.baseline))
    process = psutil.Process(model._process.pid)
    assert model.alive
    del model
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_signals_for_the_server_do_not_end_it(road: Road) -> None:
    model = ProcessModel(loader(road.store, road.baseline))
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(model._process.pid, number)
    assert model.predict(POSTS, k=1).labels.shape == (3, 1)


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"no model")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        ProcessModel(partial(family("fasttext").load, path))


def test_what_it_cannot_do_is_told_and_it_goes_on(road: Road) -> None:
    model = ProcessModel(loader(road.store, road.baseline))
    with pytest.raises(UnavailableError, match="cannot predict"):
        model.predict(POSTS, k="five")  # type: ignore[arg-type]
    assert model.predict(POSTS, k=1).labels.shape == (3, 1)


def test_a_process_that_was_killed_is_started_anew(served: Served) -> None:
    pool = Pool(served.store, load=load_beside)
    pool.follow()
    model = pool.for_caller("x").suggester.model
    assert isinstance(model, ProcessModel)
    os.kill(model._process.pid, signal.SIGKILL)
    wait_until(lambda: not model.alive)
    with pytest.raises(UnavailableError, match="was ended"):
        model.predict(POSTS, k=1)
    pool.follow()
    assert pool.for_caller("x").suggester.suggest("kitten", k=1)[0].subreddit == "cats"
    assert pool.alarms == []
