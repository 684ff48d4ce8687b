"""Runs that ended without recording it: killed, the machine stopped, or the disk was full.

Readers see them as interrupted at once (:func:`as_seen`), and nothing is written. They are
recorded as interrupted when a store is opened and when a run begins (:func:`reap`).
"""

from dataclasses import replace
from datetime import UTC, datetime

from core.store import executions
from core.store.engine import Store
from core.store.executions import INTERRUPTED, RUNNING, Execution
from core.store.presence import Presence
from core.store.writing import write

_WHY = (
    "It ended without reporting a result (it was killed, the machine stopped, or the disk was"
    " full)."
)


def as_seen(run: Execution, presence: Presence) -> Execution:
    """The run; if it is recorded as running and has ended with its process, as interrupted."""
    if run.status != RUNNING or presence.is_alive(run.process):
        return run
    return replace(run, status=INTERRUPTED, error=_WHY)


def reap(store: Store) -> list[int]:
    """Record the runs that ended with their process as interrupted; their numbers."""
    with store.read() as session:
        running = executions.listing(session, statuses=(RUNNING,))
    gone = [run.number for run in running if not store.presence.is_alive(run.process)]
    if not gone:
        return []
    values = {"finished_at": datetime.now(UTC), "error": _WHY}
    with write(store) as session:  # asks nobody: it says of dead processes that they are dead
        for number in gone:
            executions.finish(session, number, status=INTERRUPTED, values=values)
    store.artifacts.sweep()
    return gone
