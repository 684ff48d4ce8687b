"""A classifier applied to a split part by part, by as many processes as there are cores.

fastText holds Python's lock while it predicts, so threads gain nothing. Each process reads its own
row groups from the split's file; only labels and probabilities come back. A split that is in
memory stays there: forked processes share it, others are handed it through a pipe.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import numpy as np

from core.batches import batches
from core.errors import SignoffError
from core.processes import cores, end_with_parent, safe_context, starting_processes
from core.snapshots.content import Source, SplitFile, read_lines
from core.training.classifier import Classifier, Predictions

SMALL = 10_000
"""Fewer posts are predicted in this process: starting others takes longer."""
SMALLER = "train a smaller model"
"""What to do where memory runs out, if the family does not say more."""
BATCH = 1_024
"""Lines predicted at once. In between, a process looks whether it is still wanted."""

Load = Callable[[], Classifier]
"""Loads the classifier. Where processes cannot be forked, it is pickled."""


def in_parts(
    classifier: Classifier, load: Load, split: SplitFile, *, k: int, memory_hint: str = SMALLER
) -> Generator[Predictions]:
    """Predictions of each row group, in order: the same bits in any number of processes.

    Close the iterator (:func:`contextlib.closing`) to end the processes early.

    Args:
        load: gives ``classifier`` once more.
        memory_hint: see :class:`core.training.classifier.Family`.

    Raises:
        SignoffError: a process was killed, or memory ran out.
    """
    processes = min(cores(), len(split.sizes))
    if processes > 1 and len(split) >= SMALL:
        yield from _in_processes(
            classifier, load, split, k=k, processes=processes, memory_hint=memory_hint
        )
    else:
        yield from map(_Job(classifier, split.source, k), range(len(split.sizes)))


@dataclass(frozen=True, slots=True)
class _Job:
    """What one process does, again and again."""

    classifier: Classifier
    source: Source
    k: int
    stop: Event | None = None

    def __call__(self, group: int) -> Predictions:
        lines = read_lines(self.source, group)
        parts = [Predictions.none(0, self.k)]
        for some in batches(lines, BATCH):
            if self.stop is not None and self.stop.is_set():
                break
            parts.append(self.classifier.predict(some, k=self.k))
        return Predictions(
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
        )


def _in_processes(
    classifier: Classifier,
    load: Load,
    split: SplitFile,
    *,
    k: int,
    processes: int,
    memory_hint: str,
) -> Iterator[Predictions]:
    context = safe_context()
    stop = context.Event()
    forked = context.get_start_method() == "fork"
    pool = ProcessPoolExecutor(
        processes,
        mp_context=context,
        initializer=_start,
        # A forked process shares the loaded model's memory.
        initargs=((lambda: classifier) if forked else load, split.source, k, stop),
    )
    try:
        with starting_processes():
            parts = pool.map(_work, range(len(split.sizes)))
        yield from parts
    except (BrokenProcessPool, MemoryError) as error:
        raise SignoffError(
            "A process that predicts was killed, or ran out of memory",
            f"If it ran out of memory, close other programs, or {memory_hint}.",
        ) from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


_job: list[_Job] = []
"""In a worker, the one thing that it does."""


def _start(load: Load, source: Source, k: int, stop: Event) -> None:
    end_with_parent()
    _job.append(_Job(load(), source, k, stop))


def _work(group: int) -> Predictions:
    return _job[0](group)
