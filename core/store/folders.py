"""Folders of the user's choice, written whole or not at all."""

import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.store.artifacts import flush, storage_errors
from core.store.locks import Lock, lock, unlocked

_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """An empty folder to be filled; when the block has succeeded, it takes the place of ``target``,
    be there one or not. If the block fails, ``target`` stays as it was.

    Where the file system can exchange two names, nobody ever finds ``target`` missing; elsewhere,
    for a moment.

    Raises:
        StorageError: the folder around it is missing or cannot be written, or the disk is full.
    """
    target = target.resolve()
    with storage_errors(target, chosen=True):
        made, held = _begun(target)
        try:
            yield made
            for file in made.iterdir():
                flush(file)
            flush(made)
            _put(made, target)
            flush(target.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)
            held.release()


def _begun(target: Path) -> tuple[Path, Lock]:
    """A new folder next to ``target``, locked; what processes left that were killed is removed."""
    beginning = f".{target.name}.signoff-"
    for left in target.parent.iterdir():
        if left.name.startswith(beginning):
            with unlocked(left) as free:
                if free:
                    shutil.rmtree(left, ignore_errors=True)
    while True:  # until no other process takes it for left before it is locked
        made = target.parent / f"{beginning}{secrets.token_hex(4)}"
        made.mkdir()
        if (held := lock(made)) is not None:
            return made, held


def _put(made: Path, target: Path) -> None:
    """Give ``made`` the name ``target``; what had it before is at ``made`` then."""
    try:
        made.rename(target)  # nothing, or an empty folder, is there
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    else:
        return
    if _exchanged(made, target):
        return
    old = Path(f"{made}-old")
    target.rename(old)
    made.rename(target)
    old.rename(made)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two could exchange their names in one step."""
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if sys.platform != "linux" or exchange is None:
        return False
    return not exchange(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
