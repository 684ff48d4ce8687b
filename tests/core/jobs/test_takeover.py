"""The queue, with processes that are killed, stand still and go on at any moment, in any order."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import jobs
from core.access.transactions import only_while, unattended
from core.errors import ConflictError
from core.jobs import queue, starting
from core.jobs.kinds import CHECK
from core.store import jobs as jobs_table
from core.store import open_store
from core.store.jobs import Job
from core.store.presence import Sign
from tests.factories import by
from tests.working import set_row, work_off
from tests.workspaces import copied

PEOPLE = ("ada", "bob", "carol")
ENDED = {jobs.SUCCEEDED, jobs.FAILED, jobs.INTERRUPTED, jobs.CANCELLED}


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that took a job, as the queue sees it."""

    job: Job
    sign: Sign


class Takeovers(RuleBasedStateMachine):
    """Whatever happens, only the worker that took last writes, and what has ended stays so."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.store = open_store(home)
        self.workers: list[Worker] = []
        self.last: Worker | None = None
        self.ended: dict[int, Job] = {}
        self.refused: set[str] = set()
        for posts in (1, 2, 3):
            self.ask(posts, "ada")

    @rule(posts=st.integers(1, 3), person=st.sampled_from(PEOPLE))
    def ask(self, posts: int, person: str) -> None:
        with by(person):
            jobs.ask(self.store, CHECK, {"posts": posts}, page="Data")

    @rule()
    def take(self) -> None:
        sign = self.store.presence.enter()
        runs = any(job.status == jobs.RUNNING for job in jobs.under_way(self.store))
        job = queue.take(self.store, sign.process)
        assert not (runs and job)
        if job is None:
            sign.leave()
            return
        self.last = Worker(job, sign)
        self.workers.append(self.last)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        worker = self.one(data)
        queue.end(self.store, worker.job, jobs.SUCCEEDED)
        self.workers.remove(worker)
        worker.sign.leave()
        assert not self.runs_in(worker)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        """Refused, it leaves the job to the next who joined, or it fails."""
        worker = self.one(data)

        def can(job: Job) -> bool:
            return job.by not in self.refused

        asked = {worker.job.by, *(each["by"] for each in self.seen(worker).joined)}
        if queue.hand_over(self.store, worker.job, can):
            assert self.seen(worker).by in asked - self.refused
        else:
            queue.end(self.store, worker.job, jobs.FAILED)
        self.workers.remove(worker)
        worker.sign.leave()
        assert not self.runs_in(worker)

    @rule(person=st.sampled_from(PEOPLE))
    def withdraw(self, person: str) -> None:
        self.refused ^= {person}

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        """As ``kill -9`` does: the system lets go of the lock, and nothing else happens."""
        worker = self.one(data)
        worker.sign._lock.release()
        self.workers.remove(worker)
        assert not self.runs_in(worker)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def lose_sign(self, data: st.DataObject) -> None:
        """Somebody clears the folder while a worker stands still; it goes on later."""
        (self.store.presence.folder / self.one(data).sign.token).unlink(missing_ok=True)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def cancel_and_wait(self, data: st.DataObject) -> None:
        """It is cancelled, and hears nothing for two minutes."""
        found = jobs.cancel(self.store, self.one(data).job.number)
        if found.under_way and found.cancelled_at is not None:
            set_row(self.store, found, cancelled_at=found.cancelled_at - timedelta(minutes=2))

    @invariant()
    def only_the_one_that_took_last_writes(self) -> None:
        for worker in self.workers:
            assert not self.writes(worker) or worker is self.last

    @invariant()
    def at_most_one_runs(self) -> None:
        assert sum(job.status == jobs.RUNNING for job in jobs.under_way(self.store)) <= 1

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        for job in jobs.listing(self.store, limit=1_000):
            if job.status in ENDED:
                before = self.ended.setdefault(job.number, job)
                # What ended with its process is recorded later.
                assert replace(job, ended_at=None) == replace(before, ended_at=None)

    def teardown(self) -> None:
        """Nothing is stuck: a new process does all that waits."""
        for worker in self.workers:
            worker.sign._lock.release()
        work_off(self.store)
        assert jobs.under_way(self.store) == []
        self.store.engine.dispose()

    def writes(self, worker: Worker) -> bool:
        """Whether it can; it hears so otherwise."""
        try:
            with only_while(lambda session: jobs_table.require_held(session, worker.job)):
                with unattended(self.store, because="the work of the job"):
                    return True
        except ConflictError:
            return False

    def one(self, data: st.DataObject) -> Worker:
        return data.draw(st.sampled_from(self.workers))

    def seen(self, worker: Worker) -> Job:
        return jobs.get(self.store, worker.job.number)

    def runs_in(self, worker: Worker) -> bool:
        seen = self.seen(worker)
        return seen.status == jobs.RUNNING and seen.process == worker.job.process


def test_whatever_becomes_of_its_processes_the_queue_goes_on_and_nothing_is_done_twice(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "start", lambda _store: None)
    numbers = count()

    def begin() -> Takeovers:
        return Takeovers(copied(empty, tmp_path / str(next(numbers))))

    run_state_machine_as_test(begin, settings=settings(stateful_step_count=25))
