"""A classifier in a process of its own."""

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
from core.serving.process import ProcessClassifier
from core.training.families import family
from core.training.train import load, loader
from tests.conftest import Road
from tests.core.serving.conftest import Served

LINES = ["my kitten purring", "simmer the broth", "zzz"]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.02)


def test_it_says_what_the_classifier_says(road: Road) -> None:
    ours = load(road.store, road.baseline)
    theirs = ProcessClassifier(loader(road.store, road.baseline))
    assert theirs.labels == ours.labels
    here, there = ours.predict(LINES, k=3), theirs.predict(LINES, k=3)
    assert np.array_equal(here.labels, there.labels)
    assert np.array_equal(here.probabilities, there.probabilities)


def test_it_ends_with_its_last_reference(road: Road) -> None:
    classifier = ProcessClassifier(loader(road.store, road.baseline))
    process = psutil.Process(classifier._process.pid)
    assert classifier.alive
    del classifier
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_signals_for_the_server_do_not_end_it(road: Road) -> None:
    classifier = ProcessClassifier(loader(road.store, road.baseline))
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(classifier._process.pid, number)
    assert classifier.predict(LINES, k=1).labels.shape == (3, 1)


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"no model")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        ProcessClassifier(partial(family("fasttext").load, path))


def test_what_it_cannot_do_is_told_and_it_goes_on(road: Road) -> None:
    classifier = ProcessClassifier(loader(road.store, road.baseline))
    with pytest.raises(UnavailableError, match="cannot predict"):
        classifier.predict(LINES, k="five")  # type: ignore[arg-type]
    assert classifier.predict(LINES, k=1).labels.shape == (3, 1)


def test_a_process_that_was_killed_is_started_anew(served: Served) -> None:
    pool = Pool(served.store, load=load_beside)
    pool.follow()
    classifier = pool.for_caller("x").suggester.classifier
    assert isinstance(classifier, ProcessClassifier)
    os.kill(classifier._process.pid, signal.SIGKILL)
    wait_until(lambda: not classifier.alive)
    with pytest.raises(UnavailableError, match="was ended"):
        classifier.predict(LINES, k=1)
    pool.follow()
    assert pool.for_caller("x").suggester.suggest("kitten", k=1)[0].subreddit == "cats"
    assert pool.alarms == []
