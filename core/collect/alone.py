"""One process at a time in a workspace, of those that do the same."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ConflictError
from core.store import Store
from core.store.artifacts import storage_errors
from core.store.locks import lock


@contextmanager
def alone(store: Store, what: str) -> Iterator[None]:
    """Hold ``what`` (``collect``, ``export mlflow``) of the workspace; the system lets go when the
    process ends, however it ends.

    Raises:
        ConflictError: another process holds it.
    """
    path = store.home / f"{what.replace(' ', '-')}.lock"
    with storage_errors(path):
        path.touch()
        held = lock(path)
    if held is None:
        raise ConflictError(
            f"Another process (number {path.read_text().strip()}) is already running"
            f" signoff {what} here",
            "Wait until it has finished, or stop it.",
        )
    try:
        with storage_errors(path):
            path.write_text(f"{os.getpid()}\n")
        yield
    finally:
        held.release()
