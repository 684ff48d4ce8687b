"""All labels of a problem, block by block, by several threads."""

from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.arrays import Int64s
from core.progress import Progress
from core.training.linear import checkpoint
from core.training.linear.features import Float32s
from core.training.linear.solver import Problem, Solution, solve
from core.training.linear.weights import MOST_LABELS, Pruned, pruned

LANES = 16
"""Labels that the processor computes side by side."""
WIDEST = 128
"""Labels of a block: more save no time. With half of them, each label takes nearly twice the time
where there are millions of columns: most of it is waiting for a column's weights."""
MEMORY = 6 << 30
"""Bytes for the rows and for the blocks of all threads, if blocks of :data:`LANES` need no more."""
_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Block:
    """What remains of a block: the weights that are not near 0, the bias (float32, labels), and
    the scores that all weights gave to the posts of a sample (float32, posts x labels).
    """

    weights: Pruned
    bias: Float32s
    scores: Float32s


def solve_blocks(
    problem: Problem,
    *,
    labels: int,
    least: float,
    sample: Int64s,
    threads: int,
    progress: Progress,
    folder: Path | None = None,
    width: int | None = None,
) -> list[Block]:
    """All labels, in their order.

    Args:
        labels: how many there are.
        least: see :func:`core.training.linear.weights.pruned`.
        sample: places of posts.
        folder: where blocks that are done are kept, and found again; None: nowhere.
        width: labels of a block, at most 255; by default as many as memory allows. It changes no
            bit of what a label gets, nor does ``threads``.

    Raises:
        MemoryError: the blocks do not fit.
    """
    rows = problem.rows
    held = rows.columns.nbytes + rows.values.nbytes
    size = width or block_size(len(rows), problem.width, labels, threads, held=held)
    if not 0 < size <= MOST_LABELS:
        raise ValueError(f"a block of {size} labels")
    spans = [range(first, min(first + size, labels)) for first in range(0, labels, size)]
    taken = _taken(problem, sample)
    work = _Work(problem, least, taken, np.zeros(len(spans), dtype=np.int64), folder)
    with ThreadPoolExecutor(threads) as pool:
        try:
            futures = [pool.submit(work.solve, place, span) for place, span in enumerate(spans)]
            _follow(futures, work, labels, progress)
            return [future.result() for future in futures]
        finally:  # else Ctrl-C would wait for all blocks
            work.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def block_size(posts: int, width: int, labels: int, threads: int, *, held: int = 0) -> int:
    """How many labels a thread learns at once, so that memory is bounded and all threads have
    about the same to do.

    Args:
        width: columns.
        held: bytes of the rows.
    """
    each = 4 * (posts + width)
    fitting = (MEMORY - held) // threads // each // LANES * LANES
    most = max(LANES, min(WIDEST, fitting))
    rounds = -(-labels // (most * threads))
    size = -(-labels // (rounds * threads))
    return -(-size // LANES) * LANES


@dataclass(frozen=True, slots=True)
class _Work:
    """``done`` (int64, blocks) counts the steps of each block: posts times labels."""

    problem: Problem
    least: float
    sample: sparse.csr_array
    done: Int64s
    folder: Path | None
    stop: Event = field(default_factory=Event)

    def solve(self, place: int, span: range) -> Block:
        if self.folder is not None and (known := checkpoint.kept(self.folder, span)):
            self.done[place] = self.problem.orders.size * len(span)
            return Block(*known)

        def count(posts: int) -> None:
            self.done[place] += posts * len(span)

        solution = solve(self.problem, span, stop=self.stop, done=count)
        weights = pruned(solution, first=span.start, least=self.least)
        block = Block(weights=weights, bias=solution.bias, scores=self._scores(solution))
        if self.folder is not None:
            checkpoint.keep(self.folder, span, block.weights, block.bias, block.scores)
        return block

    def _scores(self, solution: Solution) -> Float32s:
        scores: NDArray[np.float32] = self.sample @ solution.weights + solution.bias
        return scores


def _taken(problem: Problem, posts: Int64s) -> sparse.csr_array:
    """The rows of these posts."""
    rows = problem.rows
    begins, ends = rows.starts[posts], rows.starts[posts + 1]
    spans = [np.arange(begin, end) for begin, end in zip(begins, ends, strict=True)]
    places = np.concatenate(spans)
    starts = np.concatenate([[0], np.cumsum(ends - begins)])
    parts = (rows.values[places], rows.columns[places], starts)
    return sparse.csr_array(parts, shape=(len(posts), problem.width))


def _follow(futures: Sequence[Future[Block]], work: _Work, labels: int, progress: Progress) -> None:
    """Report the progress of all blocks until all are done. Raises what a block raises."""
    steps = work.problem.orders.size * labels
    going: Collection[Future[Block]] = futures
    while going:
        ended, going = wait(futures, _SECONDS, FIRST_EXCEPTION)
        for future in ended:
            future.result()
        progress("Training", 100 * float(work.done.sum()) / steps, 100)
