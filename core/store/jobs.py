"""Long work that pages ask for: asked, taken in order by one process at a time, ended.

A job that ended with its process is read as interrupted at once (:func:`as_seen`); that is recorded
when the next one is asked for or taken (:func:`reap`). A process that works on all the same writes
nothing more for it: :func:`require_held` begins each of its transactions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import ConflictError
from core.store.database import database_of
from core.store.presence import Presence
from core.store.tables_jobs import JobRow
from core.store.types import Json

WAITING, RUNNING = "waiting", "running"
SUCCEEDED, FAILED, INTERRUPTED, CANCELLED = "succeeded", "failed", "interrupted", "cancelled"
_UNDER_WAY = (WAITING, RUNNING)
_LONGEST_END = timedelta(minutes=1)
"""A process that was told to end is gone by then, or it stands still: the queue goes on without."""
_WHY = "Its process ended without a result: it was killed, or the machine stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What each field says: :class:`core.store.tables_jobs.JobRow`."""

    number: int
    kind: str
    key: str = field(repr=False)
    inputs: Json
    page: str
    by: str
    way: str
    joined: list[Any] = field(repr=False)
    status: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    process: Json | None = field(repr=False)
    error: str | None
    hint: str | None
    cancelled_by: str | None
    cancelled_at: datetime | None

    @property
    def under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.status in _UNDER_WAY


def insert(session: Session, values: Mapping[str, Any]) -> Job:
    """Write a waiting job."""
    row = JobRow(**values, status=WAITING, asked_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    return _frozen(row)


def get(session: Session, number: int) -> Job | None:
    row = session.get(JobRow, number, populate_existing=True)
    return None if row is None else _seen(session, row)


def latest(session: Session, key: str) -> Job | None:
    """The newest of all that asked the same."""
    query = select(JobRow).where(JobRow.key == key).order_by(JobRow.number.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else _seen(session, row)


def under_way(session: Session) -> list[Job]:
    """What runs and waits, in order."""
    query = select(JobRow).where(JobRow.status.in_(_UNDER_WAY)).order_by(JobRow.number)
    jobs = [_seen(session, row) for row in session.scalars(query)]
    return [job for job in jobs if job.under_way]


def listing(session: Session, *, limit: int) -> list[Job]:
    """The newest jobs, whatever became of them, newest first."""
    query = select(JobRow).order_by(JobRow.number.desc()).limit(limit)
    return [_seen(session, row) for row in session.scalars(query)]


def join(session: Session, job: Job, person: Json) -> Job:
    """Write down that another asks for the same (``by``, ``way``, ``page``), once for each."""
    known = [(one["by"], one["way"]) for one in ({"by": job.by, "way": job.way}, *job.joined)]
    if (person["by"], person["way"]) in known:
        return job
    return _changed(session, job, joined=[*job.joined, person])


def take(session: Session, process: Json) -> Job | None:
    """Make the first that waits run in ``process``; None where none waits, or one runs.

    So the running row is the lock of the queue, and it is void once its process has ended.
    """
    reap(session)
    jobs = under_way(session)
    if not jobs or any(job.status == RUNNING for job in jobs):
        return None
    return _changed(session, jobs[0], status=RUNNING, process=process, started_at=datetime.now(UTC))


def hand_over(session: Session, job: Job, place: int) -> Job:
    """Let a job that was taken wait again, in the name of the one at that place of ``joined``;
    those before them are left out.
    """
    following = job.joined[place]
    person = {name: following[name] for name in ("by", "way", "page")}
    left = job.joined[place + 1 :]
    return _changed(
        session, job, **person, joined=left, status=WAITING, process=None, started_at=None
    )


def held(session: Session, job: Job) -> bool:
    """Whether a job is still as it was taken: it is seen as running, and in the same process."""
    now = get(session, job.number)
    return now is not None and now.status == RUNNING and now.process == job.process


def require_held(session: Session, job: Job) -> None:
    """Raises ConflictError where the job is not :func:`held`."""
    if not held(session, job):
        raise ConflictError(
            f"Job {job.number} was given up while its process stood still",
            "Ask for it again if it is still needed.",
        )


def end(
    session: Session, job: Job, status: str, *, error: str | None = None, hint: str | None = None
) -> None:
    """End a job that was taken; one that is not :func:`held` any more stays as it is."""
    if held(session, job):
        _changed(session, job, status=status, ended_at=datetime.now(UTC), error=error, hint=hint)


def cancel(session: Session, number: int, by: str) -> None:
    """End a waiting job; of a running one, write down who wants it ended, the first only."""
    changed = {"cancelled_by": by, "cancelled_at": datetime.now(UTC)}
    asked = (JobRow.number == number) & JobRow.cancelled_by.is_(None)
    session.execute(update(JobRow).where(asked, JobRow.status.in_(_UNDER_WAY)).values(changed))
    session.execute(
        update(JobRow)
        .where(JobRow.number == number, JobRow.status == WAITING)
        .values(status=CANCELLED, ended_at=changed["cancelled_at"])
    )


def as_seen(job: Job, presence: Presence) -> Job:
    """The job; if it is recorded as running and its process has ended, as it ended with it."""
    if job.status != RUNNING or _goes_on(job, presence):
        return job
    if job.cancelled_by is not None:
        return replace(job, status=CANCELLED)
    return replace(job, status=INTERRUPTED, error=_WHY)


def reap(session: Session) -> None:
    """Record the jobs that ended with their process."""
    query = select(JobRow).where(JobRow.status == RUNNING)
    for row in session.scalars(query).all():
        job = _frozen(row)
        seen = as_seen(job, database_of(session).presence)
        if not seen.under_way:
            _changed(session, job, status=seen.status, ended_at=datetime.now(UTC), error=seen.error)


def _goes_on(job: Job, presence: Presence) -> bool:
    if job.cancelled_at is not None and datetime.now(UTC) - job.cancelled_at > _LONGEST_END:
        return False
    return job.process is not None and presence.is_alive(job.process)


def _changed(session: Session, job: Job, **values: Any) -> Job:
    session.execute(update(JobRow).where(JobRow.number == job.number).values(values))
    return replace(job, **values)


def _seen(session: Session, row: JobRow) -> Job:
    return as_seen(_frozen(row), database_of(session).presence)


def _frozen(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in _COLUMNS})


_COLUMNS = [column.name for column in JobRow.__table__.columns]
