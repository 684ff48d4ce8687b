"""What has been run: found by number, listed, and those that ended unrecorded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy.orm import Session

from core.errors import InputError, NotFoundError
from core.executions.environment import is_alive, own_process
from core.hints import Command, Hint
from core.store import Store
from core.store import executions as table
from core.store.executions import Execution


def number(text: str) -> int:
    """The number in ``12`` or ``#12``.

    Raises:
        InputError: it is none.
    """
    digits = text.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise InputError(
            f"{text[:40]!r} is not the number of an execution", "Give a number, such as 12."
        )
    return int(digits)


def get(store: Store, number: int) -> Execution:
    """One execution.

    Raises:
        NotFoundError: there is none of that number.
    """
    mark_interrupted(store)
    with store.read() as session:
        found = table.get(session, number)
    if found is None:
        raise NotFoundError(
            f"There is no execution #{number}",
            Hint("List the executions.", Command("executions list")),
        )
    return found


def made_none(store: Store, number: int, *, thing: str, kind: str) -> NotFoundError:
    """The error for an execution that made no ``thing``, as those of ``kind`` do.

    Raises:
        NotFoundError: there is no execution of that number at all.
    """
    execution = get(store, number)
    return NotFoundError(
        f"Execution #{number} ({execution.kind}, {execution.status}) made no {thing}",
        Hint(f"List the executions of kind {kind}.", Command("executions list", kind=kind)),
    )


def listing(
    store: Store,
    *,
    kinds: Sequence[str] = (),
    status: str | None = None,
    limit: int | None = None,
) -> list[Execution]:
    """Executions, newest first; all kinds where ``kinds`` is empty."""
    mark_interrupted(store)
    with store.read() as session:
        return table.listing(session, kinds=kinds, status=status, limit=limit)


def running(store: Store, kind: str, name: str, value: Any, *, before: int | None = None) -> bool:
    """Whether a live process runs a step of ``kind`` whose input ``name`` is ``value``.

    Args:
        before: look only at executions with a smaller number. Of several that have begun at once
            and each look so, exactly one finds none.
    """
    found = listing(store, kinds=(kind,), status=table.RUNNING)
    return any(
        execution.inputs.get(name) == value
        for execution in found
        if before is None or execution.number < before
    )


def under_way(session: Session, kind: str, name: str, value: Any) -> bool:
    """The same as :func:`running`, in the caller's transaction; it records nothing."""
    runs = table.listing(session, kinds=(kind,), status=table.RUNNING)
    return any(run.inputs.get(name) == value and _goes_on(run) for run in runs)


def mark_interrupted(store: Store) -> list[int]:
    """Find runs that ended unrecorded and record them as interrupted; their numbers."""
    with store.read() as session:
        running = table.listing(session, status=table.RUNNING)
    gone = [run.number for run in running if not _goes_on(run)]
    if not gone:
        return []
    with store.write() as session:
        values = {
            "finished_at": datetime.now(UTC),
            "error": "It ended without a word (killed, the machine stopped, or the disk was full).",
        }
        for number in gone:
            table.finish(session, number, status=table.INTERRUPTED, values=values)
    store.artifacts.sweep(psutil.pid_exists)
    return gone


def begun(number: int, started: datetime) -> None:
    """From now on this process does that run. To be called before others can see it."""
    _under_way.add((number, started))


def ended(number: int, started: datetime) -> None:
    """From now on it does not, whether or not that could be recorded."""
    _under_way.discard((number, started))


_under_way: set[tuple[int, datetime]] = set()


def _goes_on(run: Execution) -> bool:
    """A run of this process may have ended unrecorded, on a full disk; others tell by living."""
    if run.process == own_process():
        return (run.number, run.started_at) in _under_way
    return is_alive(run.process)


def log_text(store: Store, execution: Execution) -> str:
    """The log of a finished run, or what a running or killed one has written so far."""
    if execution.log is not None:
        return store.artifacts.read(execution.log).decode()
    path = store.logs / f"{execution.number}.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""
