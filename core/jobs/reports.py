"""How far a running job is: one small file, replaced as a whole, which is no record.

The database is for what lasts: a report is written several times a second, and must neither wait
for other writers nor fail the work.
"""

import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import orjson

from core.records import from_json
from core.store import Store
from core.store.jobs import Job

_EVERY = 0.25
"""Seconds between two reports of the same step."""
_ENOUGH_SECONDS, _ENOUGH_SHARE = 2.0, 0.05
"""From so little on, what is left of a step is told."""


@dataclass(frozen=True, slots=True)
class Report:
    """``done`` of ``total`` units of ``step``, which began at ``since``; ``total`` None: not known.
    ``at``: when that was so. Moments in seconds since the epoch.
    """

    step: str
    done: float
    total: float | None
    since: float
    at: float

    @property
    def share(self) -> float | None:
        """Of the step, 0 to 1; None where it is not known."""
        return min(max(self.done / self.total, 0.0), 1.0) if self.total else None

    def left(self, now: datetime) -> float | None:
        """Seconds that the step will still take at its speed so far; None where nobody knows."""
        share, spent = self.share, self.at - self.since
        if share is None or share < _ENOUGH_SHARE or spent < _ENOUGH_SECONDS:
            return None
        return max(spent / share - (now.timestamp() - self.since), 0.0)


class Reporter:
    """A :class:`core.progress.Progress` that others can read with :func:`report_of`."""

    def __init__(self, store: Store, job: Job) -> None:
        self._path = _path(store, job)
        for left in store.logs.glob("job-*"):  # by processes that were killed: one job runs at once
            with suppress(OSError):
                left.unlink()
        self._step, self._since, self._last = "", 0.0, 0.0

    def __call__(self, step: str, done: float, total: float | None) -> None:
        now = time.time()
        if step != self._step:
            self._step, self._since = step, now
        elif now - self._last < _EVERY:
            return
        self._last = now
        self._write(
            Report(step, float(done), None if total is None else float(total), self._since, now)
        )

    def forget(self) -> None:
        """The job has ended: what is left is in the record."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self, report: Report) -> None:
        writing = self._path.with_suffix(f".{os.getpid()}.tmp")
        with suppress(OSError):  # a full disk ends the work where it matters, not here
            writing.write_bytes(orjson.dumps(asdict(report)))
            writing.replace(self._path)


def report_of(store: Store, job: Job) -> Report | None:
    """The newest report of a job; None before the first, after its end, and where it cannot be
    read: it is no record, so nothing is lost, and the next one takes its place.
    """
    try:
        return from_json(Report, orjson.loads(_path(store, job).read_bytes()))
    except (OSError, ValueError):
        return None


def _path(store: Store, job: Job) -> Path:
    return store.logs / f"job-{job.number}.json"
