"""What has been run: found by number, and listed. Reading writes nothing: a run whose process is
gone is shown as interrupted, whether or not that is recorded yet.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import InputError, NotFoundError
from core.hints import Command, Hint
from core.store import Store
from core.store import executions as executions_table
from core.store.database import database_of
from core.store.executions import INTERRUPTED, RUNNING, Execution
from core.store.reaping import as_seen


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
    with store.read() as session:
        execution = executions_table.get(session, number)
    if execution is None:
        raise NotFoundError(
            f"There is no execution #{number}",
            Hint("List the executions.", Command("executions list")),
        )
    return as_seen(execution, store.presence)


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
    statuses = [status] if status else []
    if status == INTERRUPTED:
        statuses.append(RUNNING)
    unsure = status in (INTERRUPTED, RUNNING)  # which of them it is, is not recorded yet
    with store.read() as session:
        rows = executions_table.listing(
            session, kinds=kinds, statuses=statuses, limit=None if unsure else limit
        )
    seen = [as_seen(run, store.presence) for run in rows]
    return [run for run in seen if status in (None, run.status)][:limit]


def kinds(store: Store) -> list[str]:
    """Every kind of step that was ever run, by name."""
    with store.read() as session:
        return executions_table.kinds(session)


def running_ended(store: Store) -> list[int]:
    """The executions that are recorded as running, and whose process is gone."""
    with store.read() as session:
        rows = executions_table.listing(session, statuses=(RUNNING,))
    seen = [as_seen(run, store.presence) for run in rows]
    return [run.number for run in seen if run.status == INTERRUPTED]


def running(store: Store, kind: str, name: str, value: Any, *, before: int | None = None) -> bool:
    """Whether a live process runs a step of ``kind`` whose input ``name`` is ``value``.

    Args:
        before: look only at executions with a smaller number. Of several that have begun at once
            and each look so, exactly one sees no other.
    """
    with store.read() as session:
        return under_way(session, kind, name, value, before=before)


def under_way(
    session: Session, kind: str, name: str, value: Any, *, before: int | None = None
) -> bool:
    """The same as :func:`running`, in the caller's transaction."""
    presence = database_of(session).presence
    return any(
        run.inputs.get(name) == value and presence.is_alive(run.process)
        for run in executions_table.listing(session, kinds=(kind,), statuses=(RUNNING,))
        if before is None or run.number < before
    )


def log_text(store: Store, execution: Execution) -> str:
    """The log of a finished run, or what a running or killed one has written so far."""
    if execution.log is not None:
        return store.artifacts.read(execution.log).decode()
    path = store.logs / f"{execution.number}.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""
