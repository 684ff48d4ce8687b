"""Lines become rows, some lines at a time, in several threads, in the order of the lines."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from core.batches import batches
from core.progress import Progress
from core.training.linear.features import Float32s, Reads, Rows, rows
from core.training.linear.vocabulary import Lookup, Vocabulary, buckets_for, vocabulary

BATCH = 1_024
"""Lines that are read at once."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the same lines several times, so that what was read need not be held.

    Args:
        pool: does the work, ``threads`` batches at once.
    """

    lines: Sequence[str]
    reads: Reads
    pool: Executor
    threads: int
    progress: Progress

    def vocabulary(self, *, min_df: int) -> Vocabulary:
        """See :func:`core.training.linear.vocabulary.vocabulary`."""
        steps = iter(("Finding n-grams", "Counting n-grams"))
        return vocabulary(
            lambda: self._each(self.reads.ngrams, next(steps)),
            posts=len(self.lines),
            min_df=min_df,
            buckets=buckets_for(sum(map(len, self.lines))),
        )

    def rows(self, words: Vocabulary) -> Rows:
        """See :func:`core.training.linear.features.rows`."""
        lookup, idf = Lookup.of(words.keys), words.idf
        read = partial(_read, self.reads, lookup, idf)
        size = int(words.df.sum())  # that often, a post has a column
        made = Rows(
            starts=np.zeros(len(self.lines) + 1, dtype=np.int64),
            columns=np.empty(size, dtype=np.int32),
            values=np.empty(size, dtype=np.float32),
        )
        first = end = 0
        for part in self._each(read, "Weighing n-grams"):
            made.starts[first + 1 : first + 1 + len(part)] = end + part.starts[1:]
            made.columns[end : end + len(part.columns)] = part.columns
            made.values[end : end + len(part.values)] = part.values
            first, end = first + len(part), end + len(part.columns)
        return made

    def _each(self, read: Callable[[list[str]], Result], step: str) -> Iterator[Result]:
        done = 0
        for result in _in_order(self.pool, read, batches(self.lines, BATCH), self.threads + 1):
            self.progress(step, done, len(self.lines))
            done = min(done + BATCH, len(self.lines))
            yield result
        self.progress(step, done, len(self.lines))


def _read(reads: Reads, lookup: Lookup, idf: Float32s, lines: list[str]) -> Rows:
    return rows(reads.ngrams(lines), lookup, idf, reads)


def _in_order(
    pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """``map`` by the pool's threads, which are never more than ``ahead`` items ahead."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
