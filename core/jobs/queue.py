"""The queue of a workspace: asked for by pages, worked off by one process at a time."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import orjson

from core.access.identity import Role
from core.access.transactions import acting, unattended
from core.errors import NotFoundError
from core.hints import Command, Hint
from core.jobs import starting
from core.jobs.kinds import KINDS, Inputs
from core.store import Store
from core.store import jobs as jobs_table
from core.store.jobs import RUNNING, Job
from core.store.types import Json

CANCEL = "cancel work that a page asked for"


def ask(store: Store, kind: str, inputs: Inputs, *, page: str) -> Job:
    """Have a piece of work done; where the same waits or runs, that one is given back. It is done
    once; where the person who asked for it first loses their role before, in the name of the next.

    Args:
        kind: of :data:`core.jobs.kinds.KINDS`.
        inputs: as that kind's function in the same module makes them.
        page: the title of the page that asks.

    Raises:
        RefusedError: the person who asks has not the role that it takes.
        SignoffError: what stands against the work itself; nothing is asked for then.
    """
    wanted, key = KINDS[kind], key_of(kind, inputs)
    with acting(store, wanted.role, to=wanted.to) as (session, actor):
        jobs_table.reap(session)
        job = jobs_table.latest(session, key)
        who = {"by": actor.name, "way": actor.way.value, "page": page}
        if job is not None and job.under_way:
            job = jobs_table.join(session, job, who)
        else:
            wanted.check(store, inputs)
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
        raise NotFoundError(
            f"There is no job {number}", Hint("List the jobs.", Command("jobs list", all=True))
        )
    return job


def latest(store: Store, kind: str, inputs: Inputs) -> Job | None:
    """The newest job that asked for the same, as it is now; None before the first."""
    with store.read() as session:
        return jobs_table.latest(session, key_of(kind, inputs))


def under_way(store: Store) -> list[Job]:
    """What runs and waits, in the order in which it is done."""
    with store.read() as session:
        return jobs_table.under_way(session)


def listing(store: Store, *, limit: int) -> list[Job]:
    """The newest ``limit`` jobs, those that have ended included, newest first."""
    with store.read() as session:
        return jobs_table.listing(session, limit=limit)


def ahead(store: Store, job: Job) -> list[Job]:
    """What is done before this one, in order."""
    return [other for other in under_way(store) if other.number < job.number]


def title(store: Store, job: Job) -> str:
    """What a job does, in words: ``comparing #3 and #5``."""
    return KINDS[job.kind].title(store, job.inputs)


def cancel(store: Store, number: int) -> Job:
    """End a job. One that waits ends now; one that runs, as soon as its process hears of it, unless
    it ends by itself before. One that has ended stays as it is.

    Raises:
        RefusedError: the person who cancels is not a reviewer.
        NotFoundError: there is no such job.
    """
    with acting(store, Role.REVIEWER, to=CANCEL) as (session, actor):
        jobs_table.reap(session)
        jobs_table.cancel(session, number, actor.name)
    return get(store, number)


def keep_going(store: Store, *, at_once: bool = False) -> None:
    """Start a process that works the queue off, where something waits and nothing runs.

    To be called again and again while a job is watched, so that it does not wait for ever for a
    process that was killed.

    Args:
        at_once: start one even if this process has just started another, which may have looked
            into the queue a moment too early.
    """
    jobs = under_way(store)
    if not jobs or any(job.status == RUNNING for job in jobs):
        return
    if at_once or not starting.is_starting(store):
        starting.start(store)


def take(store: Store, process: Json) -> Job | None:
    """The next job, which ``process`` does from now on; None where none waits, or one runs.

    Args:
        process: of the sign (:mod:`core.store.presence`) that lasts as long as the job is done.
    """
    with unattended(
        store, because="who asked was asked then, and is again as it writes"
    ) as session:
        return jobs_table.take(session, process)


def hand_over(store: Store, job: Job, can: Callable[[Job], bool]) -> bool:
    """Let a job that was taken wait again, in the name of the first of those who joined it for whom
    it can be done; False, and nothing is changed, if it can be for the one who asked, or for none.

    Args:
        job: as it was taken.
        can: whether it can be done in the name of the job's ``by`` and ``way``.
    """
    with unattended(store, because="the next one who asked for it was asked then") as session:
        now = jobs_table.get(session, job.number)
        if now is None or not jobs_table.held(session, job) or can(now):
            return False
        for place, person in enumerate(now.joined):
            if can(replace(now, by=person["by"], way=person["way"])):
                jobs_table.hand_over(session, now, place)
                return True
    return False


def end(
    store: Store, job: Job, status: str, *, error: str | None = None, hint: str | None = None
) -> None:
    """Record how a job ended, given as it was taken; one that was given up stays as it is."""
    with unattended(
        store, because="it says what became of work that somebody asked for"
    ) as session:
        jobs_table.end(session, job, status, error=error, hint=hint)
