"""One collection at a time in a workspace."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ConflictError
from core.store import Store
from core.store.artifacts import storage_errors


@contextmanager
def alone(store: Store, what: str) -> Iterator[None]:
    """Hold ``what`` (``collect``, ``watch``) of the workspace; the system lets go of it when the
    process ends, however it ends.

    Raises:
        ConflictError: another process holds it.
    """
    path = store.home / f"{what}.lock"
    with storage_errors(path):
        file = path.open("a+", encoding="ascii")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ConflictError(
                f"Another process (number {file.read().strip()}) is already running signoff {what}"
                " here",
                "Wait until it has finished, or stop it.",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
