"""The queue of long work, worked off by the test, or by a process that it can stop midway."""

import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import psutil
from sqlalchemy import func, select, update

from core import jobs
from core.jobs import Job, worker
from core.store import Store
from core.store.sqlite import DATABASE
from core.store.tables_jobs import JobRow
from core.store.writing import write

T = TypeVar("T")
LIMIT_SECONDS = 120
GONE = {"host": socket.gethostname(), "pid": 2**22 - 1, "token": "a" * 16}
"""A process that is no more."""
OPENED = "select count(*) from release_events where kind = 'opened'"
"""How many openings the ledger has."""
TESTING = "select count(*) from executions where kind = 'test' and status = 'running'"
"""How many are being tested."""


def work_off(store: Store) -> None:
    """Do what waits, in this thread."""
    worker.work_off(store, lambda _job: nullcontext())


def newest(store: Store) -> Job:
    """The job that was asked for last."""
    with store.read() as session:
        number = session.scalar(select(func.max(JobRow.number)))
    return jobs.get(store, number or 0)


def set_row(store: Store, job: Job, **values: Any) -> None:
    """Write down what a process would have."""
    with write(store) as session:
        session.execute(update(JobRow).where(JobRow.number == job.number).values(values))


def runs_in(store: Store, job: Job, process: dict[str, Any]) -> None:
    """Write down that a process does the job: :data:`GONE`, or that of a sign."""
    set_row(store, job, status=jobs.RUNNING, process=process, started_at=datetime.now(UTC))


def runs_here(store: Store, job: Job) -> Job:
    """Write down that this process does the job, for as long as it lives; the job as it is then."""
    runs_in(store, job, store.presence.enter().process)
    return jobs.get(store, job.number)


def ended(store: Store, job: Job) -> Job:
    """The job, once a process has ended it."""
    return waited(lambda: jobs.get(store, job.number), lambda found: not found.under_way)


def waited(look: Callable[[], T], enough: Callable[[T], bool]) -> T:
    """What ``look`` gives, as soon as that is enough."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not enough(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


@contextmanager
def stopped(store: Store, query: str, *, more_than: int = 0) -> Iterator[int]:
    """Inside, the process that works stands still (SIGSTOP), where ``query`` began to give more
    than that; its process id. Afterwards it goes on, if it is still there.

    It is held up at each of its writes on the way, so that it comes no further between two looks.
    """
    with closing(sqlite3.connect(store.home / DATABASE, isolation_level=None, timeout=0)) as held:
        _lock(held)
        deadline = time.monotonic() + LIMIT_SECONDS
        while held.execute(query).fetchone()[0] <= more_than:
            assert time.monotonic() < deadline, newest(store)
            held.execute("ROLLBACK")
            time.sleep(0.001)
            _lock(held)
        running = "select process from jobs where status = 'running'"
        process: int = json.loads(held.execute(running).fetchone()[0])["pid"]
        os.kill(process, signal.SIGSTOP)
        held.execute("ROLLBACK")
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def _lock(held: sqlite3.Connection) -> None:
    """As soon as the database is free. SQLite's own waiting sleeps so long between two tries that
    a process can write twice in the meantime.
    """
    while True:
        try:
            held.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            time.sleep(0.0001)
        else:
            return


def killed(process: int) -> None:
    """Kill it, and wait until it is gone."""
    os.kill(process, signal.SIGKILL)
    waited(lambda: _ended(process), bool)


def _ended(process: int) -> bool:
    """With all its threads: until the last one has ended, it holds its locks."""
    try:
        found = psutil.Process(process)
        return found.status() == psutil.STATUS_ZOMBIE and found.num_threads() <= 1
    except psutil.NoSuchProcess:
        return True
