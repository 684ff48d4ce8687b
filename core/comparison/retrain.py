"""Training one configuration with many seeds, several at once where cores and memory allow."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.errors import SignoffError
from core.executions import get
from core.executions.purpose import NOISE, run_for
from core.processes import cores, fresh_context
from core.snapshots.read import find
from core.store import Store, existing_store
from core.training.train import train


@dataclass(frozen=True, slots=True)
class Configuration:
    """What all repeats share. ``threads`` None: all cores, one training after the other."""

    snapshot: str
    model: str | None
    params: Mapping[str, str]
    threads: int | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """What one repeat has of its own, see :func:`core.training.train.train`."""

    seed: int
    half: int | None = None


def retrain(store: Store, chosen: Configuration, repeats: Sequence[Repeat]) -> Iterator[int]:
    """The training executions of these repeats, in their order, each as soon as it is there.

    The first runs alone: it tells how much memory one needs.
    """
    first = _train(store, chosen, repeats[0])
    yield first
    needed = int((get(store, first).peak_memory_mib or 0) * 2**20)
    processes = _side_by_side(chosen, len(repeats) - 1, needed=needed)
    if processes == 1:
        yield from (_train(store, chosen, repeat) for repeat in repeats[1:])
        return
    context = fresh_context(preload=__name__)
    # Not as a context manager: after an error the trainings not yet begun are given up.
    pool = ProcessPoolExecutor(processes, mp_context=context)
    try:
        tasks = [pool.submit(_train_at, store.home, chosen, repeat) for repeat in repeats[1:]]
        for task in tasks:
            number, error = task.result()
            if number is None:
                raise SignoffError(
                    error, "Correct that, and run the command again. Finished runs are kept."
                )
            yield number
    finally:
        pool.shutdown(cancel_futures=True)


def _side_by_side(chosen: Configuration, trainings: int, *, needed: int) -> int:
    """How many trainings may run at once, if each needs ``needed`` bytes; 0: unknown."""
    usable = cores()
    fitting = usable // (chosen.threads or usable)
    if needed:
        fitting = min(fitting, int(psutil.virtual_memory().available // needed))
    return max(1, min(fitting, trainings))


def _train(store: Store, chosen: Configuration, repeat: Repeat) -> int:
    with run_for(NOISE):
        return train(
            store,
            find(store, chosen.snapshot),
            model=chosen.model,
            params=chosen.params,
            seed=repeat.seed,
            half=repeat.half,
            threads=chosen.threads,
        ).execution


def _train_at(home: Path, chosen: Configuration, repeat: Repeat) -> tuple[int | None, str]:
    """In a process of its own. Errors pass as words: not every error survives the passage."""
    try:
        return _train(existing_store(home), chosen, repeat), ""
    except SignoffError as error:
        return None, error.reason
