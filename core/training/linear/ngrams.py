"""Lines become counted n-grams of words and of characters, and domains, each named by a 64-bit key.

Lines are read as arrays of code points; no Python runs for a word. A key is the hash of its
n-gram: among ten million n-grams, the chance that any two share one is 3 in a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s, Int64s, UInt32s, UInt64s
from core.text import FIELD
from core.training.compiled import compiled

SPELT_TOKENS = 40
"""Characters are read of the first tokens of a title, up to this number."""
PARTS = 3
"""Of what a line has: words, characters, and domains."""
SHORTEST, LONGEST = 3, 5
"""Characters of an n-gram of characters."""

_BLANK, _FIELD, _DOT = (np.uint32(ord(mark)) for mark in (" ", FIELD, "."))
# What begins and ends a token is a character of its own, which no text can hold.
_BEGIN, _END = np.uint64(0x110000), np.uint64(0x110001)
_WORD, _PAIR, _PART, _SITE = (np.uint64(seed) for seed in (0x57, 0x5050, 0x434343, 0x44444444))
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = (np.uint64(bits) for bits in (27, 30, 31, 32))
_0, _1 = np.uint64(0), np.uint64(1)


@dataclass(frozen=True, slots=True)
class NGrams:
    """The n-grams of n lines, each once for its line.

    ``keys`` (uint64, m), none of them 0, and ``counts`` (int32, m): how often the line has it.
    Line ``i`` has its words and pairs of neighbouring words at ``bounds[3 * i]`` up to
    ``bounds[3 * i + 1]``, behind them, up to ``bounds[3 * i + 2]``, the characters of its title,
    and then, up to ``bounds[3 * i + 3]``, its domain and the domains that this is part of.
    """

    keys: UInt64s
    counts: Int32s
    bounds: Int64s

    def __len__(self) -> int:
        return len(self.bounds) // PARTS


def ngrams(lines: Sequence[str], *, spelt: int = SPELT_TOKENS, domains: bool = False) -> NGrams:
    """The n-grams of normalised lines (:func:`core.text.normalise`). The last word of a title and
    the first one of a text make no pair.

    Args:
        spelt: of how many tokens of a title the characters are read; 0: of none.
        domains: whether they are read.
    """
    text = "".join(lines).encode("utf-32-le", "surrogatepass")
    starts = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, lines), dtype=np.int64, count=len(lines)), out=starts[1:])
    return NGrams(*_all_ngrams(np.frombuffer(text, dtype="<u4"), starts, spelt, domains))


@compiled
def _all_ngrams(
    points: UInt32s, starts: Int64s, spelt: int, domains: bool
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
    bounds = np.zeros(PARTS * lines + 1, dtype=np.int64)
    end = 0
    for line in range(lines):
        first, last = starts[line], starts[line + 1]
        mask = np.uint64(_slots(_most(last - first)) - 1)
        body, domain = _fields(points, first, last)
        begin = end
        title = _find_tokens(points, first, body, tokens)
        count = title + _find_tokens(points, body, domain, tokens[title:])
        for some in (tokens[:title], tokens[title:count]):
            end = _count_words(points, some, keys, counts, slots, mask, begin, end)
        bounds[PARTS * line + 1] = end
        end = _count_parts(points, tokens[: min(title, spelt)], keys, counts, slots, mask, end)
        bounds[PARTS * line + 2] = end
        if domains:
            end = _count_domains(points, domain, last, keys, counts, slots, mask, end)
        bounds[PARTS * line + 3] = end
    return keys[:end].copy(), counts[:end].copy(), bounds


@compiled
def _fields(points: UInt32s, start: int, end: int) -> tuple[int, int]:
    """Where a line's text begins, and where its domain does; ``end`` for what it does not have."""
    body, domain = end, end
    for place in range(start, end):
        if points[place] == _FIELD:
            if body == end:
                body = place + 1
            else:
                domain = place + 1
                break
    return body, domain


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
        if points[place] == _BLANK or points[place] == _FIELD:
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
    begin: int,
    end: int,
) -> int:
    """Count words and pairs of words among those from ``begin`` on; the new end."""
    before = _0
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
def _count_domains(
    points: UInt32s,
    start: int,
    last: int,
    keys: UInt64s,
    counts: Int32s,
    slots: Int64s,
    mask: np.uint64,
    end: int,
) -> int:
    """Count a domain behind ``end``, and what follows each of its dots but the last; the new end.

    So ``i.imgur.com`` is ``imgur.com``, too.
    """
    begin, rest = end, True
    while rest and start < last:
        domain, rest, dots, after = _SITE, False, 0, last
        for place in range(start, last):
            domain = _add(domain, np.uint64(points[place]))
            if points[place] == _DOT:
                dots += 1
                if dots == 1:
                    after = place + 1
        end = _count(keys, counts, slots, mask, begin, end, _key(domain))
        start, rest = after, dots > 1
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
