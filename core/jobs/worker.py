"""Works off the queue, in a process of its own: ``python -m core.jobs.worker``.

A page starts it when it asks for work (:mod:`core.jobs.starting`). It ends when nothing waits.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import FrameType

from core.access import keys
from core.access.authorisation import role_of
from core.access.identity import Actor, Way, acting_as
from core.access.names import same_person
from core.access.transactions import only_while
from core.audit.signing import own_key
from core.errors import RefusedError, SignoffError, StorageError
from core.executions.environment import asked_as
from core.executions.purpose import LOOK, run_for
from core.hints import Command, Hint
from core.jobs import queue
from core.jobs.kinds import KINDS
from core.jobs.reports import Reporter
from core.processes import keep_modules_safe
from core.settings import settings
from core.store import Store, existing_store
from core.store import jobs as jobs_table
from core.store.jobs import CANCELLED, FAILED, INTERRUPTED, RUNNING, SUCCEEDED, Job

Listening = Callable[[Job], AbstractContextManager[None]]
_EVERY = 0.3
"""Seconds between two looks whether somebody cancels."""
_GRACE = 30.0
"""Seconds that work has to end once it is cancelled; then the process is killed."""


def main() -> None:
    """Do what waits, in order, until nothing does."""
    keep_modules_safe()
    store = existing_store(settings().home)
    work_off(store, Cancelling(store).listening)


def work_off(store: Store, listening: Listening) -> None:
    """Do what waits, in order, until nothing does, or another process does something.

    Args:
        listening: wraps the work of a job; what it raises a ``KeyboardInterrupt`` in is cancelled.
    """
    while True:
        with store.presence.enter() as sign:
            job = queue.take(store, sign.process)
            if job is None:
                return
            _do(store, job, listening)


def _do(store: Store, job: Job, listening: Listening) -> None:
    """Do one job in the name of who asked for it, and record how it ended."""
    reporter = Reporter(store, job)
    try:
        with listening(job):
            _work(store, job, reporter)
    except KeyboardInterrupt:
        if queue.get(store, job.number).cancelled_by is not None:
            queue.end(store, job, CANCELLED)
        else:
            queue.end(store, job, INTERRUPTED, error="Its process was interrupted")
    except RefusedError as error:
        if not queue.hand_over(store, job, partial(_can, store)):
            _fail(store, job, error)
    except SignoffError as error:
        _fail(store, job, error)
    except Exception as error:  # noqa: BLE001 - the boundary: what waits behind it is done all the same
        said = f"Unexpected error in Signoff: {type(error).__name__}: {error}"
        queue.end(store, job, FAILED, error=said, hint="Please report it with the execution's log.")
    else:
        queue.end(store, job, SUCCEEDED)
    finally:
        reporter.forget()


def _fail(store: Store, job: Job, error: SignoffError) -> None:
    queue.end(store, job, FAILED, error=error.reason.rstrip("."), hint=str(error.hint))


def _work(store: Store, job: Job, reporter: Reporter) -> None:
    if (refusal := _against_signing(store, job)) is not None:
        raise refusal
    kind = KINDS[job.kind]
    command = str(kind.command(store, job.inputs)).removeprefix("signoff ")
    words = f"{command} (on the page {job.page})"
    purpose = LOOK if kind.looks else None
    with (
        acting_as(_asker(job)),
        asked_as(words),
        run_for(purpose),
        only_while(lambda session: jobs_table.require_held(session, job)),
    ):
        kind.work(store, job.inputs, reporter)


def _asker(job: Job) -> Actor:
    return Actor(job.by, Way(job.way))


def _can(store: Store, job: Job) -> bool:
    """Whether a job can be done in the name of who asked for it."""
    with store.read() as session:
        allowed = role_of(session, _asker(job)) >= KINDS[job.kind].role
    return allowed and _against_signing(store, job) is None


def _against_signing(store: Store, job: Job) -> RefusedError | None:
    """Against work of somebody in whose name this process cannot sign."""
    key = own_key()
    holder = next((k for k in keys.listing(store) if key and k.public_key == key.public), None)
    if holder and not holder.service and not same_person(holder.name, job.by):
        return RefusedError(
            f"This server signs as {holder.name}, and {job.by} asked for this work",
            Hint("Give the server a key of its own.", Command("audit key create", service=True)),
        )
    return None


class Cancelling:
    """Interrupts what the main thread does for a job when somebody cancels it or gave it up."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._works = False
        self._why = ""
        signal.signal(signal.SIGINT, self._interrupt)

    @contextmanager
    def listening(self, job: Job) -> Iterator[None]:
        """What is done inside can be cancelled."""
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(job, ended), daemon=True)
        try:
            self._works, self._why = True, ""
            watcher.start()
            yield
        finally:
            self._works = False  # first of all: from here on nothing is interrupted
            ended.set()
            watcher.join()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._works:
            self._works = False
            raise KeyboardInterrupt(self._why)

    def _watch(self, job: Job, ended: threading.Event) -> None:
        while not ended.wait(_EVERY):
            if why := self._why_end(job):
                self._why = why
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                if not ended.wait(_GRACE):
                    os.killpg(os.getpgrp(), signal.SIGKILL)  # with the processes that it started
                return

    def _why_end(self, job: Job) -> str | None:
        try:
            now = queue.get(self._store, job.number)
        except StorageError:  # locked at this moment: the next look tells
            return None
        if now.cancelled_by is not None:
            return f"Cancelled by {now.cancelled_by}."
        goes_on = now.status == RUNNING and now.process == job.process
        return None if goes_on else "The job was given up while its process stood still."


if __name__ == "__main__":
    main()
