"""Lines become counted n-grams of words and of characters, each named by a 64-bit key.

Lines are read as arrays of code points; no Python runs for a word. A key is the hash of its
n-gram: among ten million n-grams, the chance that any two share one is 3 in a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s, Int64s, UInt32s, UInt64s
from core.training.compiled import compiled

SPELT_TOKENS = 40
"""Characters are read of the first tokens, up to this number. They stand for the title: a line
does not say where that ends."""
SHORTEST, LONGEST = 3, 5
"""Characters of an n-gram of characters."""

_BLANK = np.uint32(ord(" "))
# What begins and ends a token is a character of its own, which no text can hold.
_BEGIN, _END = np.uint64(0x110000), np.uint64(0x110001)
_WORD, _PAIR, _PART = (np.uint64(seed) for seed in (0x57, 0x5050, 0x434343))
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = (np.uint64(bits) for bits in (27, 30, 31, 32))
_0, _1 = np.uint64(0), np.uint64(1)


@dataclass(frozen=True, slots=True)
class NGrams:
    """The n-grams of n lines, each once for its line.

    ``keys`` (uint64, m), none of them 0, and ``counts`` (int32, m): how often the line has it.
    Line ``i`` has its words and pairs of neighbouring words at ``bounds[2 * i]`` up to
    ``bounds[2 * i + 1]``, and behind them, up to ``bounds[2 * i + 2]``, its characters.
    """

    keys: UInt64s
    counts: Int32s
    bounds: Int64s

    def __len__(self) -> int:
        return len(self.bounds) // 2


def ngrams(lines: Sequence[str], *, spelt: int = SPELT_TOKENS) -> NGrams:
    """The n-grams of normalised lines, whose tokens are separated by blanks.

    Args:
        spelt: of how many tokens of a line the characters are read; 0: of none.
    """
    text = "".join(lines).encode("utf-32-le", "surrogatepass")
    starts = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, lines), dtype=np.int64, count=len(lines)), out=starts[1:])
    return NGrams(*_all_ngrams(np.frombuffer(text, dtype="<u4"), starts, spelt))


@compiled
def _all_ngrams(
    points: UInt32s, starts: Int64s, spelt: int
) -> tuple[UInt64s, Int32s, NDArray[np.int64]]:
    """Keys, counts and bounds of :class:`NGrams`.

    Args:
        points: the code points of all lines.
        starts: where each line begins (int64, n + 1).
    """
    lines = len(starts) - 1
    longest = 0
    for line in range(lines):
        longest = max(longest, starts[line + 1] - starts[line])
    room = _most(longest)
    slots = np.full(_slots(room), -1, dtype=np.int64)
    tokens = np.empty((longest // 2 + 2, 2), dtype=np.int64)
    keys = np.empty(4 * len(points) + lines + room, dtype=np.uint64)
    counts = np.empty(len(keys), dtype=np.int32)
    bounds = np.zeros(2 * lines + 1, dtype=np.int64)
    end = 0
    for line in range(lines):
        mask = np.uint64(_slots(_most(starts[line + 1] - starts[line])) - 1)
        count = _find_tokens(points, starts[line], starts[line + 1], tokens)
        end = _count_words(points, tokens[:count], keys, counts, slots, mask, end)
        bounds[2 * line + 1] = end
        end = _count_parts(points, tokens[: min(count, spelt)], keys, counts, slots, mask, end)
        bounds[2 * line + 2] = end
    return keys[:end].copy(), counts[:end].copy(), bounds


@compiled
def _most(length: int) -> int:
    """No line of that many characters has more n-grams: one token of all of them has three for
    each; tokens of one, as many pairs and words as characters, and one part for every other.
    """
    return 4 * length + 1


@compiled
def _slots(keys: int) -> int:
    """The size of a table that these keys fill by half at most, a power of two."""
    size = 2
    while size < 2 * keys:
        size *= 2
    return size


@compiled
def _find_tokens(points: UInt32s, start: int, end: int, tokens: Int64s) -> int:
    """Write where each token of a line begins and ends into ``tokens`` (n, 2); how many."""
    count, begin = 0, start
    for place in range(start, end):
        if points[place] == _BLANK:
            if place > begin:
                tokens[count, 0], tokens[count, 1] = begin, place
                count += 1
            begin = place + 1
    if end > begin:
        tokens[count, 0], tokens[count, 1] = begin, end
        count += 1
    return count


@compiled
def _count_words(
    points: UInt32s,
    tokens: Int64s,
    keys: UInt64s,
    counts: Int32s,
    slots: Int64s,
    mask: np.uint64,
    end: int,
) -> int:
    """Count words and pairs of words behind ``end``; the new end."""
    begin, before = end, _0
    for token in range(len(tokens)):
        word = _WORD
        for place in range(tokens[token, 0], tokens[token, 1]):
            word = _add(word, np.uint64(points[place]))
        word = _key(word)
        end = _count(keys, counts, slots, mask, begin, end, word)
        if token:
            pair = _key(_add(_add(_PAIR, before), word))
            end = _count(keys, counts, slots, mask, begin, end, pair)
        before = word
    return end


@compiled
def _count_parts(
    points: UInt32s,
    tokens: Int64s,
    keys: UInt64s,
    counts: Int32s,
    slots: Int64s,
    mask: np.uint64,
    end: int,
) -> int:
    """Count the n-grams of characters of ``<token>`` behind ``end``; the new end."""
    begin = end
    for token in range(len(tokens)):
        first, last = tokens[token, 0] - 1, tokens[token, 1]  # of what begins and ends it, too
        for start in range(first, last + 2 - SHORTEST):
            part = _PART
            for place in range(start, min(start + LONGEST, last + 1)):
                if place == first:
                    part = _add(part, _BEGIN)
                elif place == last:
                    part = _add(part, _END)
                else:
                    part = _add(part, np.uint64(points[place]))
                if place >= start + SHORTEST - 1:
                    end = _count(keys, counts, slots, mask, begin, end, _key(part))
    return end


@compiled
def _count(
    keys: UInt64s,
    counts: Int32s,
    slots: Int64s,
    mask: np.uint64,
    begin: int,
    end: int,
    key: np.uint64,
) -> int:
    """Count ``key`` among ``keys[begin:end]``, which it joins if it is new; the new end.

    ``slots`` is a hash table of places in ``keys``. Places before ``begin`` were left by earlier
    lines and count as empty, so that nothing has to be cleared.
    """
    slot = key & mask
    while slots[slot] >= begin:
        place = slots[slot]
        if keys[place] == key:
            counts[place] += 1
            return end
        slot = (slot + _1) & mask
    slots[slot] = end
    keys[end], counts[end] = key, 1
    return end + 1


@compiled
def _add(state: np.uint64, value: np.uint64) -> np.uint64:
    """The hash of what ``state`` is the hash of, and then ``value``."""
    state = (state ^ value) * _STEP
    return state ^ (state >> _32)


@compiled
def _key(state: np.uint64) -> np.uint64:
    """All bits of ``state`` mixed into each (the finaliser of SplitMix64: Steele et al. 2014,
    "Fast Splittable Pseudorandom Number Generators"); never 0.
    """
    state = (state ^ (state >> _30)) * _MIX_1
    state = (state ^ (state >> _27)) * _MIX_2
    state ^= state >> _31
    return state if state != _0 else _1
