"""Long work that pages ask for: asked, taken in order by one process at a time, ended.

A piece of work whose process is gone is read as interrupted at once (:func:`as_seen`); that is
recorded when the next one is asked for or taken (:func:`reap`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.processes import is_alive
from core.store.tables_jobs import JobRow
from core.store.types import Json

WAITING, RUNNING = "waiting", "running"
SUCCEEDED, FAILED, INTERRUPTED, CANCELLED = "succeeded", "failed", "interrupted", "cancelled"
_UNDER_WAY = (WAITING, RUNNING)
_LONGEST_END = timedelta(minutes=1)
"""A process that was told to end is gone by then: it ends itself, or it is on a machine that no
longer answers."""
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
    row = session.get(JobRow, number)
    return None if row is None else as_seen(_frozen(row))


def latest(session: Session, key: str) -> Job | None:
    """The newest of all that asked the same."""
    query = select(JobRow).where(JobRow.key == key).order_by(JobRow.number.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else as_seen(_frozen(row))


def under_way(session: Session) -> list[Job]:
    """What runs and waits, in order."""
    query = select(JobRow).where(JobRow.status.in_(_UNDER_WAY)).order_by(JobRow.number)
    jobs = [as_seen(_frozen(row)) for row in session.scalars(query)]
    return [job for job in jobs if job.under_way]


def take(session: Session, process: Json) -> Job | None:
    """Make the first that waits run in ``process``; None where none waits, or one runs.

    So the running row is the lock of the queue, and it dies with its process.
    """
    reap(session)
    jobs = under_way(session)
    if not jobs or jobs[0].status == RUNNING:
        return None
    job = replace(jobs[0], status=RUNNING, process=process, started_at=datetime.now(UTC))
    session.execute(
        update(JobRow)
        .where(JobRow.number == job.number)
        .values(status=job.status, process=job.process, started_at=job.started_at)
    )
    return job


def end(
    session: Session,
    number: int,
    status: str,
    *,
    error: str | None = None,
    hint: str | None = None,
) -> None:
    """End a job that waits or runs; one that has ended stays as it is."""
    session.execute(
        update(JobRow)
        .where(JobRow.number == number, JobRow.status.in_(_UNDER_WAY))
        .values(status=status, ended_at=datetime.now(UTC), error=error, hint=hint)
    )


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


def as_seen(job: Job) -> Job:
    """The job; if it is recorded as running and its process is gone, as it ended with it."""
    if job.status != RUNNING or _goes_on(job):
        return job
    if job.cancelled_by is not None:
        return replace(job, status=CANCELLED)
    return replace(job, status=INTERRUPTED, error=_WHY)


def reap(session: Session) -> None:
    """Record the jobs whose process is gone."""
    query = select(JobRow).where(JobRow.status == RUNNING)
    for row in session.scalars(query).all():
        seen = as_seen(_frozen(row))
        if not seen.under_way:
            end(session, seen.number, seen.status, error=seen.error)


def _goes_on(job: Job) -> bool:
    if job.cancelled_at is not None and datetime.now(UTC) - job.cancelled_at > _LONGEST_END:
        return False
    return job.process is not None and is_alive(job.process)


def _frozen(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in _COLUMNS})


_COLUMNS = [column.name for column in JobRow.__table__.columns]
