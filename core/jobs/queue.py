"""The queue of a workspace: asked for by pages, worked off by one process at a time."""

import hashlib

import orjson

from core.access.identity import Role
from core.access.transactions import acting, unattended
from core.errors import NotFoundError
from core.jobs import starting
from core.jobs.kinds import KINDS, Inputs
from core.processes import own_process
from core.store import Store
from core.store import jobs as jobs_table
from core.store.jobs import RUNNING, Job

CANCEL = "cancel work that a page asked for"


def ask(store: Store, kind: str, inputs: Inputs, *, page: str) -> Job:
    """Have a piece of work done; where the same waits or runs, that one is given back.

    Args:
        kind: of :data:`core.jobs.kinds.KINDS`.
        inputs: as that kind's function in the same module makes them.
        page: the title of the page that asks.

    Raises:
        RefusedError: whoever asks may not.
        SignoffError: what stands against the work itself; nothing is asked for then.
    """
    wanted, key = KINDS[kind], key_of(kind, inputs)
    with acting(store, wanted.role, to=wanted.to) as (session, actor):
        jobs_table.reap(session)
        job = jobs_table.latest(session, key)
        if job is None or not job.under_way:
            wanted.check(store, inputs)
            who = {"by": actor.name, "way": actor.way.value, "page": page}
            job = jobs_table.insert(
                session, {"kind": kind, "key": key, "inputs": dict(inputs), **who}
            )
    keep_going(store, at_once=True)
    return job


def key_of(kind: str, inputs: Inputs) -> str:
    """Equal where the same is asked."""
    asked = {name: value for name, value in inputs.items() if name not in KINDS[kind].said}
    return hashlib.sha256(orjson.dumps([kind, asked], option=orjson.OPT_SORT_KEYS)).hexdigest()


def get(store: Store, number: int) -> Job:
    """One job, as it is now.

    Raises:
        NotFoundError: there is none of that number.
    """
    with store.read() as session:
        job = jobs_table.get(session, number)
    if job is None:
        raise NotFoundError(f"There is no job {number}", "Load the page again.")
    return job


def latest(store: Store, kind: str, inputs: Inputs) -> Job | None:
    """The newest job that asked for the same, as it is now; None before the first."""
    with store.read() as session:
        return jobs_table.latest(session, key_of(kind, inputs))


def ahead(store: Store, job: Job) -> int:
    """How many are done before this one."""
    with store.read() as session:
        return sum(other.number < job.number for other in jobs_table.under_way(session))


def cancel(store: Store, number: int) -> Job:
    """End a job. One that waits ends now; one that runs, as soon as its process hears of it, unless
    it ends by itself before. One that has ended stays as it is.

    Raises:
        RefusedError: whoever asks is not a reviewer.
        NotFoundError: there is no such job.
    """
    with acting(store, Role.REVIEWER, to=CANCEL) as (session, actor):
        jobs_table.reap(session)
        jobs_table.cancel(session, number, actor.name)
    return get(store, number)


def keep_going(store: Store, *, at_once: bool = False) -> None:
    """Start a process that works the queue off, where something waits and nothing runs.

    Whoever watches a job calls it, so that a job does not wait for ever for a process that was
    killed.

    Args:
        at_once: start one even if this process has just started another, which may have looked
            into the queue a moment too early.
    """
    with store.read() as session:
        jobs = jobs_table.under_way(session)
    if jobs and jobs[0].status != RUNNING and (at_once or not starting.is_starting(store)):
        starting.start(store)


def take(store: Store) -> Job | None:
    """The next job, for this process to do; None where none waits, or another is being done."""
    with unattended(
        store, because="who asked was asked then, and is again as it writes"
    ) as session:
        return jobs_table.take(session, own_process())


def end(
    store: Store, job: Job, status: str, *, error: str | None = None, hint: str | None = None
) -> None:
    """Record how a job ended."""
    with unattended(
        store, because="it says what became of work that somebody asked for"
    ) as session:
        jobs_table.end(session, job.number, status, error=error, hint=hint)
