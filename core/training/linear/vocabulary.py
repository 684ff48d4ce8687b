"""Which n-grams become columns: all that are in enough posts, found in bounded memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s, Int64s, UInt8s, UInt64s
from core.training.compiled import compiled
from core.training.linear.ngrams import NGrams

FEWEST_BUCKETS, MOST_BUCKETS = 1 << 16, 1 << 28
"""A bucket takes one byte."""
_FULL = 255
_1 = np.uint64(1)

Batches = Callable[[], Iterable[NGrams]]
"""Gives the n-grams of all posts, some posts at a time; called twice."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-gram of each column, the most frequent first, equally frequent ones by key.

    ``keys`` (uint64, columns) as in :class:`NGrams`; ``df`` (int64, columns): how many of the
    ``posts`` have it. Neighbouring columns are about as frequent: the weights of those that most
    posts have stay in the processor's cache together.
    """

    keys: UInt64s
    df: Int64s
    posts: int

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def idf(self) -> NDArray[np.float32]:
        """Inverse document frequency, ln((1 + posts) / (1 + df)) + 1 (scikit-learn's "smooth")."""
        return (np.log((1 + self.posts) / (1 + self.df)) + 1).astype(np.float32)


def vocabulary(batches: Batches, *, posts: int, min_df: int, buckets: int) -> Vocabulary:
    """The n-grams that at least ``min_df`` of the posts have.

    First, posts are counted for each bucket of keys, then for each key whose bucket counts enough
    of them. Most n-grams are in one post only, and of these few are ever held. The result is
    exact and depends on neither ``buckets`` nor the sizes of the batches.

    Args:
        posts: how many there are.
        buckets: a power of two; about as large as the number of different n-grams serves best.
    """
    coarse = np.zeros(buckets, dtype=np.uint8)
    for batch in batches():
        _count_buckets(batch.keys, coarse)
    counted = _Counted()
    for batch in batches():
        counted.add(batch.keys[_frequent(batch.keys, coarse, min(min_df, _FULL))])
    keys, df = counted.at_least(min_df)
    order = np.lexsort((keys, -df))
    return Vocabulary(keys[order], df[order], posts)


def buckets_for(characters: int) -> int:
    """How many buckets suit texts of that many characters in all: about one for each n-gram."""
    return min(max(FEWEST_BUCKETS, 1 << max(characters - 1, 0).bit_length()), MOST_BUCKETS)


@compiled
def _count_buckets(keys: UInt64s, coarse: UInt8s) -> None:
    mask = np.uint64(len(coarse) - 1)
    for key in keys:
        if coarse[key & mask] < _FULL:
            coarse[key & mask] += 1


@compiled
def _frequent(keys: UInt64s, coarse: UInt8s, least: int) -> NDArray[np.bool_]:
    """Which keys are in a bucket of at least ``least``."""
    mask = np.uint64(len(coarse) - 1)
    frequent = np.empty(len(keys), dtype=np.bool_)
    for place in range(len(keys)):
        frequent[place] = coarse[keys[place] & mask] >= least
    return frequent


class _Counted:
    """How often each key was added: a hash table that grows."""

    def __init__(self) -> None:
        self._table, self._counts = _empty(FEWEST_BUCKETS)
        self._keys = 0

    def add(self, keys: UInt64s) -> None:
        """Count each of them once."""
        while 2 * (self._keys + len(keys)) > len(self._table):
            table, counts = _empty(2 * len(self._table))
            _add_all(self._table, self._counts, table, counts)
            self._table, self._counts = table, counts
        ones = np.ones(len(keys), dtype=np.int32)
        self._keys += _add_all(keys, ones, self._table, self._counts)

    def at_least(self, least: int) -> tuple[UInt64s, Int64s]:
        """The keys that were added that often, and how often."""
        where = np.flatnonzero(self._counts >= max(least, 1))
        return self._table[where], self._counts[where].astype(np.int64)


def _empty(size: int) -> tuple[UInt64s, Int32s]:
    return np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int32)


@compiled
def _add_all(keys: UInt64s, numbers: Int32s, table: UInt64s, counts: Int32s) -> int:
    """Add to the count of each key, but 0, which is no key; how many keys are new."""
    mask = np.uint64(len(table) - 1)
    new = 0
    for place in range(len(keys)):
        key = keys[place]
        if key == 0:
            continue
        # The buckets go by the low bits: by these, too, keys that pass would crowd together.
        slot = (key >> np.uint64(32)) & mask
        while table[slot] != key and table[slot] != 0:
            slot = (slot + _1) & mask
        new += table[slot] == 0
        table[slot] = key
        counts[slot] += numbers[place]
    return new


@dataclass(frozen=True, slots=True)
class Lookup:
    """The column of each key of a vocabulary: a hash table.

    A key is sought in ``table`` (uint64, a power of two) from the place that its low bits name,
    and onwards, until it or a 0 is found; ``columns`` (int32) holds its column there.
    """

    table: UInt64s
    columns: Int32s

    @classmethod
    def of(cls, keys: UInt64s) -> "Lookup":
        """Of different keys, none of them 0; a key's place is its column."""
        size = 1 << (2 * len(keys)).bit_length()
        table, columns = _empty(size)
        _place(keys, table, columns)
        return cls(table, columns)


@compiled
def _place(keys: UInt64s, table: UInt64s, columns: Int32s) -> None:
    mask = np.uint64(len(table) - 1)
    for column in range(len(keys)):
        slot = keys[column] & mask
        while table[slot] != 0:
            slot = (slot + _1) & mask
        table[slot], columns[slot] = keys[column], column
