"""Measuring: each time in a process of its own, so that nothing warm, cached or large is shared."""

import multiprocessing
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_HIGHEST = re.compile(r"VmHWM:\s*(\d+) kB")


def fresh(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """What ``function`` gives when called in a new process (spawned, not forked)."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args, **options).result()


def timed(function: Callable[P, object], *args: P.args, **options: P.kwargs) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    function(*args, **options)
    return time.perf_counter() - started


def alternate(sides: Sequence[Callable[[], float]], *, repeats: int) -> list[list[float]]:
    """Measure all sides in turn, ``repeats`` times, so that a busy moment meets them alike.

    Returns:
        The seconds of each side, in the order of ``sides``.
    """
    rounds = []
    for done in range(repeats):
        rounds.append([side() for side in sides])
        shown = " / ".join(f"{seconds:.2f}" for seconds in rounds[-1])
        note(f"round {done + 1} of {repeats}: {shown} s")
    return [list(side) for side in zip(*rounds, strict=True)]


def ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Median against median."""
    return statistics.median(ours) / statistics.median(peer)


def peak_mib() -> float:
    """The most memory that this process has held, in MiB.

    ``ru_maxrss`` of a started process begins at what its parent held (Linux keeps it over exec),
    so the kernel's own high-water mark is read where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := _HIGHEST.search(status.read_text(encoding="utf-8"))):
        return int(found[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def note(text: str) -> None:
    """A line for whoever waits."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
