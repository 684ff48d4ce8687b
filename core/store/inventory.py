"""Which artifacts are there: their names, sizes and times, without reading them."""

import os
import re
from pathlib import Path
from typing import NamedTuple

_FOLDER, _NAME = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{64}")


class Stored(NamedTuple):
    """A file. ``size`` in bytes; ``at``: when it was last stored, in epoch seconds."""

    size: int
    at: float


def inventory(root: Path) -> dict[str, Stored]:
    """Digest -> the file below the folder of the artifacts. What else lies there is left out.

    Raises:
        OSError: a folder cannot be read. One that is not there holds nothing.
    """
    found: dict[str, Stored] = {}
    for folder in _folders(root):
        with os.scandir(folder) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    found[entry.name] = Stored(info.st_size, info.st_mtime)
    return found


def bytes_in(path: Path) -> int:
    """What a file, or everything in a folder, takes; files that go meanwhile count nothing."""
    total = 0
    for each in (path, *path.rglob("*")):
        try:
            total += each.lstat().st_size if not each.is_dir() else 0
        except OSError:
            continue
    return total


def _folders(root: Path) -> list[Path]:
    try:
        return [folder for folder in root.iterdir() if _FOLDER.fullmatch(folder.name)]
    except FileNotFoundError:
        return []
