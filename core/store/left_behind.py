"""Folders beside the artifacts that killed processes left behind."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.store.locks import unlocked

SCRATCH, UNFINISHED = "tmp-", "unfinished-"
UNFINISHED_DAYS = 7
"""How long what was left unfinished is kept."""
_EARLIER = re.compile(rf"{SCRATCH}(\d+)-")
"""A scratch folder that Signoff made before it locked them, and the number of its process."""


def left_behind(root: Path) -> list[Path]:
    """Scratch folders of processes that are gone, and what was left unfinished too long ago."""
    found = []
    for folder in root.glob(f"{SCRATCH}*"):
        with _abandoned(folder) as abandoned:
            found += [folder] if abandoned else []
    return found + [folder for folder in root.glob(f"{UNFINISHED}*") if _is_old(folder)]


def sweep(root: Path) -> None:
    """Remove the scratch folders of processes that are gone."""
    for folder in root.glob(f"{SCRATCH}*"):
        with _abandoned(folder) as abandoned:
            if abandoned:
                shutil.rmtree(folder, ignore_errors=True)


def drop_old(root: Path) -> None:
    """Remove what was left unfinished more than :data:`UNFINISHED_DAYS` ago."""
    for folder in root.glob(f"{UNFINISHED}*"):
        if _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _abandoned(folder: Path) -> Iterator[bool]:
    """Whether the process is gone whose scratch folder it is. Meanwhile, nobody takes it."""
    earlier = _EARLIER.match(folder.name)
    if earlier and psutil.pid_exists(int(earlier[1])):
        yield False
        return
    with unlocked(folder) as free:
        yield free


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > UNFINISHED_DAYS * 86_400
    except FileNotFoundError:  # another process has just finished it
        return False
