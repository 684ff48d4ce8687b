"""What is asked in a process of its own."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.serving.worker import WorkerError, WorkerProcess

SECONDS = 60.0


def echo() -> Callable[[tuple[float, str]], str]:
    def answer(asked: tuple[float, str]) -> str:
        seconds, text = asked
        time.sleep(seconds)
        if text == "fail":
            raise ValueError(text)
        if text == "end":
            os._exit(1)
        return text

    return answer


def broken() -> Callable[[str], str]:
    raise ValueError("no such thing")


@pytest.fixture(autouse=True)
def this_module_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker process does not import from the working directory."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


@pytest.fixture
def worker() -> WorkerProcess[tuple[float, str], str]:
    return WorkerProcess(echo)


def test_each_question_gets_its_answer(worker: WorkerProcess[tuple[float, str], str]) -> None:
    assert [worker.ask((0, text), seconds=SECONDS) for text in "abc"] == ["a", "b", "c"]


@pytest.mark.slow
def test_an_answer_that_came_too_late_is_nobody_elses(
    worker: WorkerProcess[tuple[float, str], str],
) -> None:
    worker.ask((0, "ready"), seconds=SECONDS)
    for text in ("late", "fail"):
        with pytest.raises(TimeoutError):
            worker.ask((0.5, text), seconds=0.1)
        with pytest.raises(TimeoutError):
            worker.ask((0, "not even asked"), seconds=0)
        assert worker.ask((0, "after"), seconds=SECONDS) == "after"


def test_what_went_wrong_there_is_told_and_it_goes_on(
    worker: WorkerProcess[tuple[float, str], str],
) -> None:
    with pytest.raises(WorkerError, match="ValueError: fail"):
        worker.ask((0, "fail"), seconds=SECONDS)
    assert worker.ask((0, "more"), seconds=SECONDS) == "more"


def test_one_that_ended_is_told(worker: WorkerProcess[tuple[float, str], str]) -> None:
    for _ in range(2):
        with pytest.raises(UnavailableError, match="was stopped"):
            worker.ask((0, "end"), seconds=SECONDS)
    assert worker.process.wait(SECONDS) == 1
    assert not worker.alive


def test_what_cannot_be_made_says_why_once_and_has_ended_then() -> None:
    worker: WorkerProcess[str, str] = WorkerProcess(broken)
    with pytest.raises(WorkerError, match="no such thing"):
        worker.ask("anything", seconds=SECONDS)
    with pytest.raises(UnavailableError, match="was stopped"):
        worker.ask("anything", seconds=SECONDS)


@pytest.mark.slow
def test_one_that_was_stopped_holds_nobody_up_with_a_long_question(
    worker: WorkerProcess[tuple[float, str], str],
) -> None:
    worker.ask((0, "ready"), seconds=SECONDS)
    os.kill(worker.process.pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        worker.ask((0, "longer than the pipe " * 500_000), seconds=0.2)
    assert worker.process.wait(SECONDS) == -signal.SIGKILL  # half of a question is none


def test_what_nobody_waits_for_is_not_asked(worker: WorkerProcess[tuple[float, str], str]) -> None:
    worker.ask((0, "ready"), seconds=SECONDS)
    with pytest.raises(TimeoutError):
        worker.ask((0, "end"), seconds=0)
    assert worker.ask((0, "after"), seconds=SECONDS) == "after"
