"""On what a run ran: packages, Python, processor, memory."""

import multiprocessing
import platform
import resource
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from core.processes import cores

_PACKAGES = (
    "signoff",
    "fasttext-community",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "sqlalchemy",
    "streamlit",
)


@lru_cache
def environment(*packages: str) -> dict[str, Any]:
    """Versions and machine, as stored with every execution.

    Args:
        packages: distributions that this run depends on, besides those of every run.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu_model(),
        "cores": cores(),
        "packages": {name: _version(name) for name in dict.fromkeys((*_PACKAGES, *packages))},
    }


_GONE = "(the process that started this one is gone)"
"""Better than how :mod:`multiprocessing` starts Python, which tells nobody what was run."""
_asked: ContextVar[str | None] = ContextVar("asked", default=None)


@contextmanager
def asked_as(words: str) -> Iterator[None]:
    """What is recorded inside was asked for in these words, whatever started this process."""
    token = _asked.set(words)
    try:
        yield
    finally:
        _asked.reset(token)


def command_line() -> str:
    """What somebody asked for (:func:`asked_as`), else how this process was started, without the
    paths of interpreter and script.

    Of a worker that :mod:`multiprocessing` started: how its parent was.
    """
    if (asked := _asked.get()) is not None:
        return asked
    parent = multiprocessing.parent_process()
    try:
        words = psutil.Process(parent.pid if parent else None).cmdline()
    except psutil.NoSuchProcess:  # killed a moment ago, and this process is about to end too
        words = []
    if parent is not None and not words:
        return _GONE
    words = words or sys.orig_argv
    if Path(words[0]).name.startswith("python") and len(words) > 1 and words[1] != "-m":
        words = words[1:]
    return shlex.join([Path(words[0]).name, *words[1:]])


def peak_memory_mib() -> float:
    """The most memory that this process, or one of its children, has ever held, in MiB.

    Over the whole life of the process: in one that runs several executions the later ones do not
    show less than the earlier.
    """
    most = max(_peak(resource.RUSAGE_SELF), _peak(resource.RUSAGE_CHILDREN))
    return round(most / 2**20, 1)


def _peak(whose: int) -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(whose).ru_maxrss * unit


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
