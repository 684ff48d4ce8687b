"""N-grams become rows of a sparse matrix: tf-idf, each row of length 1."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s, Int64s, UInt64s
from core.training.compiled import compiled
from core.training.linear.ngrams import PARTS, SPELT_TOKENS, NGrams, ngrams
from core.training.linear.vocabulary import Lookup

Float32s = NDArray[np.float32]

_ABSENT = np.int32(-1)
_TERMS = 64
"""Counts whose logarithm is computed once; larger ones count as this one, less 1."""
_LOG_TF = np.concatenate([[0.0], 1 + np.log(np.arange(1, _TERMS))]).astype(np.float32)
_1 = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Reads:
    """What is read of a line besides words: how much the characters of its title and its domain
    count, compared with the words; 0: they are not read.
    """

    characters: float
    domain: float

    def ngrams(self, lines: Sequence[str]) -> NGrams:
        """See :func:`core.training.linear.ngrams.ngrams`."""
        return ngrams(lines, spelt=SPELT_TOKENS if self.characters else 0, domains=self.domain > 0)

    @property
    def lengths(self) -> Float32s:
        """Of the parts of a row (float32, :data:`PARTS`)."""
        return np.array([1, self.characters, self.domain], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix, row by row (CSR).

    Row ``i`` has ``values`` (float32) in ``columns`` (int32), from place ``starts[i]`` up to
    ``starts[i + 1]`` (int64, n + 1).
    """

    starts: Int64s
    columns: Int32s
    values: Float32s

    def __len__(self) -> int:
        return len(self.starts) - 1


def rows(grams: NGrams, lookup: Lookup, idf: Float32s, reads: Reads) -> Rows:
    """One row for each line.

    The value of an n-gram is (1 + ln tf) * idf. Words, characters and domains are each brought to
    the length that ``reads`` gives them, and the whole row is then brought to the length 1. N-grams
    that are in no column are left out; a line without others has no values.
    """
    columns = _columns(grams.keys, lookup.table, lookup.columns)
    return Rows(*_rows(grams.bounds, grams.counts, columns, idf, reads.lengths, _LOG_TF))


@compiled
def _columns(keys: UInt64s, table: UInt64s, columns: Int32s) -> Int32s:
    mask = np.uint64(len(table) - 1)
    key_columns = np.empty(len(keys), dtype=np.int32)
    for place in range(len(keys)):
        key = keys[place]
        slot = key & mask
        while table[slot] != key and table[slot] != 0:
            slot = (slot + _1) & mask
        key_columns[place] = columns[slot] if table[slot] != 0 else _ABSENT
    return key_columns


@compiled
def _rows(
    bounds: Int64s,
    counts: Int32s,
    key_columns: Int32s,
    idf: Float32s,
    lengths: Float32s,
    log_tf: Float32s,
) -> tuple[Int64s, Int32s, Float32s]:
    lines = len(bounds) // PARTS
    starts = np.zeros(lines + 1, dtype=np.int64)
    columns = np.empty(len(key_columns), dtype=np.int32)
    values = np.empty(len(key_columns), dtype=np.float32)
    end = 0
    for line in range(lines):
        begin = end
        for part in range(PARTS):
            first = end
            for place in range(bounds[PARTS * line + part], bounds[PARTS * line + part + 1]):
                column = key_columns[place]
                if column != _ABSENT:
                    columns[end] = column
                    values[end] = log_tf[min(counts[place], len(log_tf) - 1)] * idf[column]
                    end += 1
            _scale(values[first:end], lengths[part])
        _scale(values[begin:end], np.float32(1))
        starts[line + 1] = end
    return starts, columns[:end].copy(), values[:end].copy()


@compiled
def _scale(values: Float32s, length: np.float32) -> None:
    """Bring a vector to this length; the empty one has none."""
    square = 0.0
    for value in values:
        square += np.float64(value) * np.float64(value)
    if square > 0:
        factor = np.float32(length / np.sqrt(square))
        for place in range(len(values)):
            values[place] *= factor
