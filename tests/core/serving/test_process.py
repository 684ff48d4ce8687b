"""A model in a process of its own."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import UnavailableError
from core.serving.model import LocalModel
from core.serving.pool import Pool, load_beside
from core.serving.process import ProcessModel
from core.training.families import family
from core.training.load import load, loader
from tests.conftest import Road
from tests.core.serving.conftest import Served

POSTS = [("My KITTEN", "purring"), ("Simmer the broth!", ""), ("zzz", "")]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.02)


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_it_says_what_the_model_says_here(road: Road) -> None:
    ours = LocalModel(load(road.store, road.baseline))
    theirs = ProcessModel(loader(road.store, road.baseline))
    assert theirs.labels == ours.labels
    here, there = ours.predict(POSTS, k=3), theirs.predict(POSTS, k=3)
    assert np.array_equal(here.labels, there.labels)
    assert np.array_equal(here.probabilities, there.probabilities)


def test_it_ends_with_its_last_reference(road: Road) -> None:
    model = ProcessModel(loader(road.store, road.baseline))
    process = psutil.Process(model.pid)
    assert model.alive
    del model
    wait_until(lambda: has_ended(process))


def test_signals_for_the_server_do_not_end_it(road: Road) -> None:
    model = ProcessModel(loader(road.store, road.baseline))
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(model.pid, number)
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


def test_what_no_process_can_be_started_for_is_told(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("core.serving.worker.subprocess.Popen", refuse)
    with pytest.raises(UnavailableError, match="No worker process can be started"):
        ProcessModel(loader(road.store, road.baseline))


SERVER = """
import sys
from core.serving.process import ProcessModel
from core.training.fasttext_family import FastTextFamily
from functools import partial
from pathlib import Path

with open("main_has_run", "a") as file:
    file.write("once")
model = ProcessModel(partial(FastTextFamily.load, Path(sys.argv[1])))
print(model.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(road: Road, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that holds a model and says its process. It has no guard around its main part."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    model = road.store.artifacts.open(road.baseline.digest)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, script, model], cwd=tmp_path, stdin=pipe, stdout=pipe, text=True
    ) as started:
        yield started
        started.kill()


def its_model(server: subprocess.Popen[str]) -> psutil.Process:
    assert server.stdout is not None
    return psutil.Process(int(server.stdout.readline()))


@pytest.mark.slow
def test_the_main_module_of_a_server_runs_once(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Under Streamlit that is the page."""
    assert its_model(server).is_running()
    assert (tmp_path / "main_has_run").read_text() == "once"


@pytest.mark.slow
def test_a_process_ends_with_a_server_that_was_killed(server: subprocess.Popen[str]) -> None:
    model = its_model(server)
    server.kill()
    wait_until(lambda: has_ended(model))


@pytest.mark.slow
def test_a_server_that_ends_does_not_wait_and_leaves_no_process(
    server: subprocess.Popen[str],
) -> None:
    model = its_model(server)
    model.suspend()  # a process that is busy, and hears nothing
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(60) == 0
    model.resume()
    wait_until(lambda: has_ended(model))


def test_a_process_holds_little_besides_its_model() -> None:
    """It is started for each model, so what it imports is time and memory each time."""
    asked = (
        "import sys; import core.serving.worker_main, core.training.fasttext_model, fasttext;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    imported = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"core", "fasttext", "numpy"} <= set(imported)
    assert {"pandas", "pyarrow", "sqlalchemy", "pydantic"}.isdisjoint(imported)


@pytest.mark.slow
def test_a_process_that_was_killed_is_started_anew(served: Served) -> None:
    pool = Pool(served.store, load=load_beside)
    pool.follow()
    model = pool.for_caller("x").suggester.model
    assert isinstance(model, ProcessModel)
    os.kill(model.pid, signal.SIGKILL)
    wait_until(lambda: not model.alive)
    with pytest.raises(UnavailableError, match="was stopped"):
        model.predict(POSTS, k=1)
    pool.follow()
    assert pool.for_caller("x").suggester.suggest("kitten", k=1)[0].subreddit == "cats"
    assert pool.alarms == []
