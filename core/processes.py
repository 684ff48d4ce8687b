"""Processes beside this one: how many, how they are begun, and that none outlives it."""

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext


def cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def safe_context() -> BaseContext:
    """Forking is safe where the calling thread is the one that started Python: of other threads,
    a forked process would inherit the locks that they hold at this moment.
    """
    forks = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
    return multiprocessing.get_context("fork" if forks else "spawn")


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
