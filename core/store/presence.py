"""Which pieces of recorded work go on in a workspace, and which ended with their process.

Each holds a lock on a file of its own, named in its row, for as long as it lasts. Where the lock is
not held, the work has ended, recorded or not.
"""

import os
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from core.store.artifacts import storage_errors
from core.store.locks import Lock, is_locked, lock, unlocked
from core.store.permissions import permitted
from core.store.types import Json

_EARLIER_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Sign:
    """The sign that a piece of work goes on: until :meth:`leave`, the end of the ``with`` block, or
    the end of the process.
    """

    token: str
    _lock: Lock

    @property
    def process(self) -> Json:
        """What a row keeps of it; ``host`` and ``pid`` are only for people to read."""
        return {"host": socket.gethostname(), "pid": os.getpid(), "token": self.token}

    def leave(self) -> None:
        """The work has ended."""
        with suppress(OSError):
            self._lock.path.unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


@dataclass(frozen=True, slots=True)
class Presence:
    """The signs of one workspace, files in ``folder``."""

    folder: Path

    def enter(self, token: str | None = None) -> Sign:
        """From now on, some work goes on. To be called before others can see its row.

        Args:
            token: its name, of letters and digits, which nothing else ever has; None: a new one.

        Raises:
            StorageError: the workspace cannot be written.
        """
        path = self.folder / (token or secrets.token_hex(8))
        with storage_errors(path):
            self.folder.mkdir(mode=permitted(0o777), exist_ok=True)
            self._sweep()
            while True:  # until no sweep of another process comes between making and locking it
                path.touch(mode=permitted(0o666))
                if (held := lock(path)) is not None:
                    return Sign(path.name, held)

    def enter_alone(self, token: str) -> Sign | None:
        """The same of work that only one may do at a time; None where somebody does it already."""
        path = self.folder / token
        with storage_errors(path):
            self.folder.mkdir(mode=permitted(0o777), exist_ok=True)
            path.touch(mode=permitted(0o666))
            held = lock(path)
        return None if held is None else Sign(token, held)

    def is_alive(self, process: Json) -> bool:
        """Whether the work still goes on whose row keeps ``process``."""
        token = process.get("token")
        return _is_alive(process) if token is None else self.holds(token)

    def holds(self, token: str) -> bool:
        """Whether the work of that token goes on."""
        return token.isalnum() and is_locked(self.folder / token)

    def _sweep(self) -> None:
        """Remove what processes left that were killed, unless somebody else is at it: the second of
        two would remove what was made anew, and locked, after the first had removed it.
        """
        if (alone := lock(self.folder)) is None:
            return
        try:
            for path in self.folder.iterdir():
                with unlocked(path) as free, suppress(OSError):
                    if free:
                        path.unlink()
        finally:
            alone.release()


def _is_alive(process: Json) -> bool:
    """Of a row that Signoff wrote before there were locks: by host, number and start of the
    process. One of another host cannot be seen; after a day it counts as gone.
    """
    if process["host"] != socket.gethostname():
        return bool(time.time() - process["started"] < _EARLIER_SECONDS)
    try:
        present = psutil.Process(process["pid"])
        started, status = present.create_time(), present.status()
    except psutil.NoSuchProcess:
        return False
    return bool(status != psutil.STATUS_ZOMBIE and abs(started - process["started"]) < 1)
