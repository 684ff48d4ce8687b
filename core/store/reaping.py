"""Runs that ended without recording it: killed, the machine stopped, or the disk was full.

Readers see them as interrupted at once (:func:`as_seen`), and nothing is written. They are
recorded as interrupted when a store is opened and when a run begins (:func:`reap`).
"""

from dataclasses import replace
from datetime import UTC, datetime

import psutil

from core.processes import is_alive, own_process
from core.store import executions
from core.store.engine import Store
from core.store.executions import INTERRUPTED, RUNNING, Execution
from core.store.writing import write

_WHY = (
    "It ended without reporting a result (it was killed, the machine stopped, or the disk was"
    " full)."
)


def begun(number: int, started: datetime) -> None:
    """From now on this process does that run. To be called before others can see it."""
    _under_way.add((number, started))


def ended(number: int, started: datetime) -> None:
    """From now on it does not, whether or not that could be recorded."""
    _under_way.discard((number, started))


_under_way: set[tuple[int, datetime]] = set()


def as_seen(run: Execution) -> Execution:
    """The run; if it is recorded as running and its process is gone, as interrupted."""
    if run.status != RUNNING or _goes_on(run):
        return run
    return replace(run, status=INTERRUPTED, error=_WHY)


def reap(store: Store) -> list[int]:
    """Record the runs whose process is gone as interrupted; their numbers."""
    with store.read() as session:
        running = executions.listing(session, statuses=(RUNNING,))
    gone = [run.number for run in running if not _goes_on(run)]
    if not gone:
        return []
    values = {"finished_at": datetime.now(UTC), "error": _WHY}
    with write(store) as session:  # asks nobody: it says of dead processes that they are dead
        for number in gone:
            executions.finish(session, number, status=INTERRUPTED, values=values)
    store.artifacts.sweep(psutil.pid_exists)
    return gone


def _goes_on(run: Execution) -> bool:
    """A run of this process may have ended unrecorded, on a full disk; others tell by living."""
    if run.process == own_process():
        return (run.number, run.started_at) in _under_way
    return is_alive(run.process)
