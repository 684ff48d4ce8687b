"""Processes: how many cores they may use, and how workers are started."""

import math
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from pathlib import Path, PurePosixPath

_MEMBERSHIP = Path("/proc/self/cgroup")
_CGROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """How many processor cores this process may use, at least 1.

    Of the machine's cores, those that its CPU affinity allows; fewer where a control group (a
    container's ``--cpus``) limits its time on them. A limit of 1.5 cores gives 2.
    """
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return max(1, math.ceil(min(allowed, _cgroup_limit())))


def _cgroup_limit() -> float:
    """Cores' worth of time that the control groups of this process allow, versions 1 and 2."""
    try:
        membership = _MEMBERSHIP.read_text(encoding="utf-8")
    except OSError:  # not Linux
        return math.inf
    limits = [math.inf]
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            for hierarchy in (_CGROUPS, _CGROUPS / "unified"):
                limits += [_quota_v2(folder) for folder in _with_parents(hierarchy, path)]
        elif "cpu" in controllers.split(","):
            for hierarchy in (_CGROUPS / "cpu", _CGROUPS / controllers):
                limits += [_quota_v1(folder) for folder in _with_parents(hierarchy, path)]
    return min(limits)


def _with_parents(hierarchy: Path, path: str) -> list[Path]:
    """The folders of a group and of all groups around it: each of them can set a limit.

    Inside a container the path may be the one that the host sees; then only the hierarchy's own
    folder is there, which is the container's group.
    """
    inner = PurePosixPath(path.lstrip("/"))
    return [hierarchy / part for part in (inner, *inner.parents) if ".." not in part.parts]


def _quota_v2(group: Path) -> float:
    quota, _, period = _text(group / "cpu.max").partition(" ")
    return _share(quota, period)


def _quota_v1(group: Path) -> float:
    return _share(_text(group / "cpu.cfs_quota_us"), _text(group / "cpu.cfs_period_us"))


def _share(quota: str, period: str) -> float:
    """No limit is written ``max`` by version 2, ``-1`` by version 1."""
    if not (quota.isdigit() and period.isdigit() and int(quota) and int(period)):
        return math.inf
    return int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def python_words(module: str, *arguments: str) -> list[str]:
    """The words that run a module in a process of its own, with this Python.

    ``-P``: a file or folder of the working directory never stands in for a module.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def safe_context() -> BaseContext:
    """Forking is safe where the calling thread is the one that started Python: of other threads,
    a forked process would inherit the locks that they hold at this moment.
    """
    forks = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
    return multiprocessing.get_context("fork" if forks else "spawn")


def fresh_context(*, preload: str) -> BaseContext:
    """For processes that inherit nothing of this one's memory, threads or locks.

    Args:
        preload: a module that all of them need. Where the system can fork, it is imported once for
            all of them, in a process that does nothing else.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    return context


def keep_modules_safe() -> None:
    """In every Python that this process starts from now on, :mod:`multiprocessing` included, no
    file of the working directory stands in for a module.
    """
    os.environ.setdefault("PYTHONSAFEPATH", "1")


@contextmanager
def starting_processes() -> Iterator[None]:
    """Ctrl-C is held back meanwhile, and processes started now never hear it: it is this one that
    ends them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with warnings.catch_warnings():
            # From Python 3.12 on, forking warns of any other thread. Those here are idle ones of
            # numerical libraries, which know of forks, or draw progress, which workers do not.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """Called by a process that was started: where the one that started it was killed, nobody
    waits for what it makes.
    """
    threading.Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
