"""The context manager that versions a run."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.orm import Session

from core.access.identity import Actor, Role
from core.access.transactions import acting, unattended
from core.errors import ConflictError, StorageError
from core.executions.code import code_version, tree
from core.executions.environment import (
    command_line,
    environment,
    peak_memory_mib,
)
from core.executions.looking import WouldRunError, is_looking
from core.executions.masking import without_secrets
from core.executions.purpose import purpose
from core.safe_text import one_line
from core.settings import settings
from core.store import Store
from core.store import executions as executions_table
from core.store.artifacts import storage_errors
from core.store.reaping import as_seen, reap


@dataclass(slots=True)
class Run:
    """A run in the making: what the step tells of itself."""

    number: int
    outputs: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    _log: TextIO = field(default_factory=lambda: sys.stderr, repr=False)
    _rows: list[Callable[[Session], None]] = field(default_factory=list, repr=False)

    def log(self, line: str) -> None:
        """Add a line to the run's log; on disk at once, so that a killed run still tells."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._log.write(f"{at} {one_line(line)}\n")
        self._log.flush()

    def on_success(self, write: Callable[[Session], None]) -> None:
        """Have ``write`` called in the transaction that ends the run as succeeded, so that what
        it inserts is visible exactly when the run has succeeded.
        """
        self._rows.append(write)


@contextmanager
def record(
    store: Store,
    kind: str,
    *,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    cache_key: str | None = None,
    packages: Sequence[str] = (),
) -> Iterator[Run]:
    """Record the step that runs inside.

    Args:
        kind: the step: ``import``, ``snapshot``, ``train``, ``evaluate``, ``compare``, …
        params: what the caller chose, seed included; JSON values.
        inputs: what is read, by digest or number; JSON values.
        cache_key: what :func:`core.executions.steps.cached` finds it by; None: it is never given
            back.
        packages: distributions that this run depends on, besides those of every run.

    Raises:
        RefusedError: the actor is not a reviewer. Asked once, as the run begins: what it writes
            later belongs to it.

    The run ends ``succeeded`` when the block does, ``interrupted`` on Ctrl-C, else ``failed``;
    the exception goes on. If the process is killed outright, nothing is recorded: readers see
    the run as interrupted, and :mod:`core.store.reaping` records that later. One that is seen as
    interrupted stays so: if it runs all the same, it ends with a ConflictError, and what it would
    have inserted at its end is not.

    Within :func:`core.executions.looking.looking`, a WouldRunError in its place.
    """
    if is_looking():
        raise WouldRunError(kind, params, inputs)
    reap(store)
    started = datetime.now(UTC)
    run: Run | None = None
    with ExitStack() as held:
        try:  # around the beginning too: an interrupt may come right after it was committed
            with acting(store, Role.REVIEWER, to=f"run the step {kind}") as (session, actor):
                beginning = _beginning(store, actor, kind, params, inputs, packages)
                sign = held.enter_context(store.presence.enter())  # before others can see its row
                number = executions_table.begin(
                    session,
                    {
                        **beginning,
                        "started_at": started,
                        "process": sign.process,
                        "cache_key": cache_key,
                    },
                )
                run = Run(number, _log=held.enter_context(_opened(_log_of(store, number))))
            run.log(f"{kind} #{number} started")
            yield run
            run.log(f"{kind} #{number} succeeded")
            _finish(store, run, executions_table.SUCCEEDED, None)
        except KeyboardInterrupt as interrupt:
            why = str(interrupt) or "Interrupted by the user."
            _finish_badly(store, run, executions_table.INTERRUPTED, why)
            raise
        except BaseException as error:
            why = f"{type(error).__name__}: {error}"
            _finish_badly(store, run, executions_table.FAILED, why)
            raise


def _log_of(store: Store, number: int) -> Path:
    return store.logs / f"{number}.log"


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with storage_errors(path):
        log = path.open("w", encoding="utf-8")
    try:
        yield log
    finally:
        with suppress(OSError):  # a line that a full disk refused is refused again
            log.close()


def _beginning(
    store: Store,
    actor: Actor,
    kind: str,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    packages: Sequence[str],
) -> dict[str, Any]:
    code, folder = code_version(), settings().project
    project = tree(folder, new=(".",)) if folder else None
    recorded = code.as_json(_kept(store, code.patch))
    if project:
        recorded |= project.as_json(_kept(store, project.patch))
    return {
        "kind": kind,
        "by": actor.name,
        "command": without_secrets(command_line()),
        "params": dict(params),
        "inputs": dict(inputs),
        "code": recorded,
        "environment": environment(*packages),
        "purpose": purpose(),
    }


def _kept(store: Store, patch: bytes) -> str | None:
    return store.artifacts.put_bytes(patch) if patch else None


def _finish(store: Store, run: Run, status: str, error: str | None) -> None:
    log = _log_of(store, run.number)
    digest = store.artifacts.put_bytes(log.read_bytes())
    values = {
        "finished_at": datetime.now(UTC),
        "outputs": run.outputs,
        "metrics": run.metrics,
        "error": error,
        "log": digest,
        "peak_memory_mib": peak_memory_mib(),
    }
    with unattended(store, because="the run asked as it began") as session:
        _require_running(session, store, run.number)
        if status == executions_table.SUCCEEDED:
            for write in run._rows:  # noqa: SLF001 - this module's own class
                write(session)
        executions_table.finish(session, run.number, status=status, values=values)
    log.unlink(missing_ok=True)


def _require_running(session: Session, store: Store, number: int) -> None:
    """What was seen as interrupted stays so, even if its process goes on."""
    row = executions_table.get(session, number)
    if row is None or as_seen(row, store.presence).status != executions_table.RUNNING:
        raise ConflictError(
            f"#{number} was taken for interrupted while it still ran",
            "Nothing of it was kept. Run it again.",
        )


def _finish_badly(store: Store, run: Run | None, status: str, why: str) -> None:
    if run is None:  # nothing was recorded
        return
    try:
        run.log(f"{status}: {why}")
        _finish(store, run, status, why)
    except (StorageError, ConflictError, OSError):
        # The disk that failed the run also refuses its record, or it has been recorded as
        # interrupted. The first error is the one to hear of; readers see the run as interrupted,
        # and where that is not recorded yet, it will be.
        return
