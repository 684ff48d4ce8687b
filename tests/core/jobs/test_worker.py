"""The process that works off the queue: what interrupts it, and what does not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from core import jobs
from core.jobs import starting
from core.jobs.kinds import CHECK
from core.jobs.worker import Cancelling
from core.store import Store
from tests.factories import by
from tests.working import GONE, ended, runs_here, runs_in, waited

STUBBORN = """
import subprocess, time
from dataclasses import replace
from core.jobs import worker

def work(store, inputs, progress):
    progress(str(subprocess.Popen(["sleep", "600"]).pid), 0, None)
    while True:
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            pass

worker.KINDS = {"check": replace(worker.KINDS["check"], work=work)}
worker._GRACE = 0.5
worker.main()
"""
"""A worker whose work never ends, and has a child."""


@pytest.fixture
def job(store: Store, monkeypatch: pytest.MonkeyPatch) -> jobs.Job:
    monkeypatch.setattr(starting, "start", lambda _store: None)
    return jobs.ask(store, CHECK, {"posts": 1}, page="Data")


@pytest.fixture
def cancelling(store: Store) -> Iterator[Cancelling]:
    before = signal.getsignal(signal.SIGINT)
    yield Cancelling(store)
    signal.signal(signal.SIGINT, before)


def test_only_work_is_interrupted_and_nothing_around_it(
    store: Store, cancelling: Cancelling, job: jobs.Job
) -> None:
    job = runs_here(store, job)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), cancelling.listening(job):
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it went on")
    signal.raise_signal(signal.SIGINT)
    with cancelling.listening(job):
        pass
    signal.raise_signal(signal.SIGINT)


def test_work_that_is_cancelled_is_interrupted_and_hears_by_whom(
    store: Store, cancelling: Cancelling, job: jobs.Job
) -> None:
    job = runs_here(store, job)
    with by("bob"):
        jobs.cancel(store, job.number)
    with (
        pytest.raises(KeyboardInterrupt, match=r"Cancelled by bob\."),
        cancelling.listening(job),
    ):
        signal.sigtimedwait([], 60)  # until any signal comes


def test_work_that_was_given_up_is_interrupted(
    store: Store, cancelling: Cancelling, job: jobs.Job
) -> None:
    job = runs_here(store, job)
    runs_in(store, job, GONE)
    with pytest.raises(KeyboardInterrupt, match="given up"), cancelling.listening(job):
        signal.sigtimedwait([], 60)


@pytest.mark.slow
def test_work_that_does_not_hear_is_killed_with_its_children(store: Store, job: jobs.Job) -> None:
    words = [sys.executable, "-P", "-c", STUBBORN]
    with subprocess.Popen(words, start_new_session=True, cwd=os.environ["HOME"]) as process:
        report = waited(lambda: jobs.reports.report_of(store, job), bool)
        assert report is not None
        jobs.cancel(store, job.number)
        assert process.wait() == -signal.SIGKILL
    assert ended(store, job).status == jobs.CANCELLED
    waited(lambda: psutil.pid_exists(int(report.step)), lambda there: not there)
