"""Locks on files and folders: the system releases one when its process ends, however it ends.

So a lock says that some work still goes on. No clock, host name or process number has part in that:
it holds through a clock that is set and a machine that was suspended, and between containers that
share a disk.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_handles: set[int] = set()
"""Of the locks that this process holds."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that this process holds on ``path``."""

    path: Path
    _handle: int

    def release(self) -> None:
        """Again and again changes nothing."""
        if self._handle in _handles:
            _handles.discard(self._handle)
            os.close(self._handle)


def lock(path: Path) -> Lock | None:
    """Lock a file or folder; None if it is not there, or somebody else holds or probes it.

    Raises:
        OSError: it cannot be opened, or its file system has no locks.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking, somebody may have removed what nobody held.
        mine = os.path.samestat(os.fstat(handle), path.stat())
    except (BlockingIOError, FileNotFoundError):
        mine = False
    except BaseException:
        os.close(handle)
        raise
    if not mine:
        os.close(handle)
        return None
    _handles.add(handle)
    return Lock(path, handle)


def is_locked(path: Path) -> bool:
    """Whether a process, this one included, holds a lock on it; one that cannot be opened counts as
    held, one that is not there does not.
    """
    with unlocked(path) as free:
        return not free and path.exists()


@contextmanager
def unlocked(path: Path) -> Iterator[bool]:
    """Whether it is there and nobody holds it. While the block runs, nobody can lock it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield _shared(handle)
    finally:
        os.close(handle)


def _shared(handle: int) -> bool:
    """Those who probe share the lock, so that none of them takes another for who holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _let_go() -> None:
    """A forked process would keep its parent's locks beyond the parent's end."""
    for handle in _handles:
        with suppress(OSError):
            os.close(handle)
    _handles.clear()


os.register_at_fork(after_in_child=_let_go)
