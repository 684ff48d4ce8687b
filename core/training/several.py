"""Training one configuration several times, side by side where cores and memory allow."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.errors import SignoffError
from core.executions import get
from core.executions.purpose import run_for
from core.processes import cores, fresh_context
from core.snapshots.read import find
from core.store import Store, existing_store
from core.training.train import train


@dataclass(frozen=True, slots=True)
class Configuration:
    """What all trainings share. ``threads`` None: all cores, one training after the other.
    ``purpose``: what they are run for.
    """

    snapshot: str
    model: str | None
    params: Mapping[str, str]
    threads: int | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Variant:
    """What one training has of its own, see :func:`core.training.train.train`. ``params``: besides
    those of its :class:`Configuration`.
    """

    seed: int = 0
    half: int | None = None
    before: int | None = None
    shuffled: bool = False
    newest: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)


def train_each(store: Store, chosen: Configuration, variants: Sequence[Variant]) -> Iterator[int]:
    """The training executions of these variants, in their order, each as soon as it is there.

    The first runs alone: it tells how much memory one needs, so it should be the largest.
    """
    first = _train(store, chosen, variants[0])
    yield first
    needed = int((get(store, first).peak_memory_mib or 0) * 2**20)
    processes = _side_by_side(chosen, len(variants) - 1, needed=needed)
    if processes == 1:
        yield from (_train(store, chosen, variant) for variant in variants[1:])
        return
    context = fresh_context(preload=__name__)
    # Not as a context manager: after an error the trainings not yet begun are given up.
    pool = ProcessPoolExecutor(processes, mp_context=context)
    try:
        tasks = [pool.submit(_train_at, store.home, chosen, variant) for variant in variants[1:]]
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


def _train(store: Store, chosen: Configuration, variant: Variant) -> int:
    with run_for(chosen.purpose):
        return train(
            store,
            find(store, chosen.snapshot),
            model=chosen.model,
            params={**chosen.params, **variant.params},
            seed=variant.seed,
            half=variant.half,
            before=variant.before,
            shuffled=variant.shuffled,
            newest=variant.newest,
            threads=chosen.threads,
        ).execution


def _train_at(home: Path, chosen: Configuration, variant: Variant) -> tuple[int | None, str]:
    """In a process of its own. Errors pass as words: not every error survives the passage."""
    try:
        return _train(existing_store(home), chosen, variant), ""
    except SignoffError as error:
        return None, error.reason
