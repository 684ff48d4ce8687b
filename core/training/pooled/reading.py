"""Lines become numbers: for each word, a row of the table of words and one of that of pairs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from core.arrays import Int32s, Int64s
from core.text import words_of

MOST_WORDS = 120
"""Of a line; the rest is cut off."""
_FACTOR = np.int64(1_000_003)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The known words of n lines, one after the other.

    ``words`` and ``pairs`` (int32, tokens): the row of each word, and of the pair that it makes
    with the known word before it. Line ``i`` has those from ``starts[i]`` up to ``starts[i + 1]``
    (int64, n + 1).
    """

    starts: Int64s
    words: Int32s
    pairs: Int32s

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Int64s:
        return np.diff(self.starts)


def vocabulary(lines: Sequence[str], *, min_df: int) -> tuple[str, ...]:
    """The words that at least ``min_df`` lines have, sorted."""
    df: Counter[str] = Counter()
    for line in lines:
        df.update(set(_words(line)))
    return tuple(sorted(word for word, count in df.items() if count >= min_df))


def read(lines: Iterable[str], rows: dict[str, int], *, buckets: int) -> Tokens:
    """The tokens of lines.

    Args:
        rows: word -> its row, from 1; row 0 of either table stands for nothing.
        buckets: rows of the table of pairs, without row 0.
    """
    known = [[row for row in map(rows.get, _words(line)) if row] for line in lines]
    starts = np.zeros(len(known) + 1, dtype=np.int64)
    np.cumsum([len(words) for words in known], out=starts[1:])
    words = np.fromiter(chain.from_iterable(known), dtype=np.int64, count=starts[-1])
    before = np.concatenate([[0], words[:-1]]) if len(words) else words
    before[starts[:-1][np.diff(starts) > 0]] = 0  # the first word of a line has none before it
    hashed = (before * _FACTOR + words) * _FACTOR
    pairs = 1 + (hashed ^ (hashed >> 17)) % buckets
    return Tokens(starts, words.astype(np.int32), pairs.astype(np.int32))


def padded(tokens: Tokens, posts: Int64s) -> tuple[Int32s, Int32s, Int64s]:
    """Rows of words and of pairs, (B, T) each, 0 behind a post's last word; and the lengths (B,).
    T is at least 1.
    """
    lengths = tokens.lengths[posts]
    place = np.arange(max(1, lengths.max(initial=0)))
    real = place < lengths[:, None]
    where = np.where(real, tokens.starts[posts][:, None] + place, 0)
    if not len(tokens.words):
        nothing = np.zeros(where.shape, dtype=np.int32)
        return nothing, nothing, lengths
    words, pairs = (np.where(real, rows[where], 0) for rows in (tokens.words, tokens.pairs))
    return words, pairs, lengths


def _words(line: str) -> list[str]:
    return words_of(line).split(" ", MOST_WORDS)[:MOST_WORDS]
