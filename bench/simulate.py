"""Simulations, shared among the cores."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from core.processes import cores

Runs = dict[str, float]


def in_processes(count: Callable[[int, int], Runs], runs: int) -> Runs:
    """``count(runs, seed)`` in parts, one a core at a time, added up."""
    processes = cores()
    part = -(-runs // (4 * processes))
    parts = [min(part, runs - start) for start in range(0, runs, part)]
    total: Runs = {}
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(count, parts, range(len(parts))):
            for key, value in found.items():
                total[key] = total.get(key, 0) + value
    return total
