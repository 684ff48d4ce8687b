"""Passages that lines share: runs of some dozen bytes, wherever they stand in them.

Jaccard's index (:mod:`core.stats.minhash`) compares whole lines, so half a line, or a line among
others in a longer one, resembles nothing. Its passages are still there. Each is known by a hash of
64 bits; a line that is shorter than a passage is one passage by itself, and is found only where it
is the whole line.

Where there are too many passages, only those count whose hash is low enough: the same passage is
then kept or left out wherever it stands (FracMinHash, Irber et al. 2022).
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.arrays import Bools, Floats, Int64s, UInt8s, UInt32s, UInt64s
from core.processes import cores
from core.stats.slices import in_slices

WIDTH = 32
"""Bytes of a passage by default: six words. docs/decisions/0030-parts-of-posts.md has figures."""
MOST = 1 << 24
"""Passages of all lines together that are looked for."""
COMMON = 3
"""A passage of this many different lines is a phrase, and tells nothing of one of them."""
HASH_BITS = 64

_BLOCK = 1 << 16
"""Bytes that one thread works on at once: few enough for the processor's cache."""
_LEAST_SLOTS = 20
_HALF, _ONE = np.uint64(32), np.uint64(1)
_FACTOR = np.uint64(0xFF51AFD7ED558CCD)


class Passages:
    """The passages of some lines, but for phrases, and which of them other lines have."""

    def __init__(self, lines: Sequence[bytes], *, most: int = MOST) -> None:
        """Look for the passages of ``lines``, which hold no NUL, at most ``most`` of them."""
        self._blocks = list(_blocks(lines))
        self._sizes = np.array([len(line) for line in lines], dtype=np.int64)
        count = int(np.maximum(self._sizes - WIDTH + 1, 1).sum())
        self._below = HASH_BITS - max(0, (count - 1) // most).bit_length()
        slots = max(_LEAST_SLOTS, (2 * min(count, most)).bit_length())
        self._shift = np.uint64(HASH_BITS - slots)
        # A passage that meets another in its slot takes its place. One byte in WIDTH of those
        # around it is lost at most: the passages on either side cover the rest.
        self._keys: UInt32s = np.zeros(1 << slots, dtype=np.uint32)
        self._met: Bools = np.zeros(1 << slots, dtype=np.bool_)
        lines_with: UInt8s = np.zeros(1 << slots, dtype=np.uint8)
        for block in _blocks(list(dict.fromkeys(lines))):
            self._note(block, lines_with)
        self._phrase: Bools = lines_with >= COMMON
        # A byte of each key: it stays in the cache, and turns away what is none of the passages.
        self._hints: UInt8s = self._keys.astype(np.uint8)

    def meet(self, others: Sequence[bytes]) -> None:
        """Look for them in other lines."""
        with ThreadPoolExecutor(cores()) as pool:
            for _ in pool.map(self._meet, _blocks(others)):
                pass

    def covered(self) -> Int64s:
        """For each of the n lines, how many of its bytes lie in passages met so far; shape (n,).

        Phrases do not count, see :data:`COMMON`.
        """
        with ThreadPoolExecutor(cores()) as pool:
            parts = [np.zeros(0, dtype=np.int64), *pool.map(self._covered, self._blocks)]
        return np.concatenate(parts)

    @property
    def sizes(self) -> Int64s:
        """The bytes of each line; shape (n,)."""
        return self._sizes

    def _slots(self, hashes: UInt64s) -> UInt64s:
        if self._below == HASH_BITS:
            return hashes >> self._shift
        # The bits that decide whether a passage is kept are the same for all that are.
        return (hashes << np.uint64(HASH_BITS - self._below)) >> self._shift

    def _note(self, block: list[bytes], lines_with: UInt8s) -> None:
        """Take up the passages of a block, and count in how many lines each of them is."""
        made = _passages(block)
        line = np.repeat(np.arange(len(block), dtype=np.uint64), made.counts)
        kept = made.hashes < np.uint64(1 << self._below) if self._below < HASH_BITS else slice(None)
        hashes = made.hashes[kept]
        slots = self._slots(hashes)
        self._keys[slots] = hashes.astype(np.uint32)
        by_slot = np.sort(slots << _HALF | line[kept])
        slot = by_slot[np.diff(by_slot, prepend=by_slot[-1:] + _ONE) != 0] >> _HALF
        first = np.flatnonzero(np.diff(slot, prepend=slot[-1:] + _ONE))
        lines = np.diff(first, append=len(slot))
        held = slot[first]
        lines_with[held] = np.minimum(lines_with[held] + lines, COMMON)

    def _meet(self, block: list[bytes]) -> None:
        hashes = _sampled(_passages(block).hashes, self._below)
        slots = self._slots(hashes)
        likely = np.flatnonzero(self._hints[slots] == hashes.astype(np.uint8))
        hashes, slots = hashes[likely], slots[likely]
        self._met[slots[self._keys[slots] == hashes.astype(np.uint32)]] = True

    def _covered(self, block: list[bytes]) -> Int64s:
        made = _passages(block)
        slots = self._slots(made.hashes)
        found = self._met[slots] & ~self._phrase[slots]
        found &= self._keys[slots] == made.hashes.astype(np.uint32)
        if self._below < HASH_BITS:
            found &= made.hashes < np.uint64(1 << self._below)
        change = np.zeros(int(made.spans.sum()) + 1, dtype=np.int8)
        places = made.places[found]
        change[places] += 1
        change[places + WIDTH] -= 1
        within = np.cumsum(change[:-1], dtype=np.int64) > 0
        starts = np.cumsum(made.spans) - made.spans
        bytes_found = np.add.reduceat(within, starts, dtype=np.int64)
        return np.minimum(bytes_found, made.spans - WIDTH)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A small sample of the passages of many lines, by which two sets of lines are compared.

    ``hashes``: ascending, each once, all below 2^``below``; ``weights``: of each, where every line
    counts as much as another, whatever its length.
    """

    hashes: UInt64s
    weights: Floats
    below: int


def sketch(parts: Iterable[Sequence[str]], *, width: int, most: int, below: int) -> Sketch:
    """A sample of at most ``most`` passages of all lines of ``parts``.

    Args:
        parts: lines without NUL, some thousands at a time.
        width: bytes of a passage, a multiple of eight.
        below: hashes below 2^``below`` at most are kept, however few there are.
    """
    made = Sketch(np.zeros(0, dtype=np.uint64), np.zeros(0), below)
    waiting: list[tuple[UInt64s, Floats]] = []
    for part in parts:
        with ThreadPoolExecutor(cores()) as pool:
            blocks = _blocks([line.encode() for line in part])
            waiting += pool.map(partial(_weighted, width=width, below=made.below), blocks)
        if sum(len(hashes) for hashes, _ in waiting) > most:
            made, waiting = _with(made, waiting, most), []
    return _with(made, waiting, most)


def share_held(of: Sketch, by: Sketch) -> float:
    """The share of the lines of one sketch that the lines of the other hold, from 0 to 1.

    A line of which a part is held counts by that part. 0 where the sample has nothing to compare.
    """
    limit = np.uint64(1 << min(of.below, by.below))
    kept = of.hashes < limit
    hashes, weights = of.hashes[kept], of.weights[kept]
    if not len(hashes):
        return 0.0
    held = np.isin(hashes, by.hashes[by.hashes < limit], assume_unique=True)
    return float(weights[held].sum() / weights.sum())


@dataclass(frozen=True, slots=True)
class _Block:
    """``hashes`` of all passages, where each begins (``places``), and the bytes of each line with
    the gap behind it (``spans``).
    """

    hashes: UInt64s
    places: Int64s
    counts: Int64s
    spans: Int64s


def _blocks(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    sizes = np.array([len(line) + WIDTH for line in lines], dtype=np.int64)
    for part in in_slices(sizes, _BLOCK):
        yield list(lines[part])


def _passages(lines: list[bytes], width: int = WIDTH) -> _Block:
    gap = bytes(width)
    text = gap.join(lines) + bytes(2 * width + 8)
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    counts, spans = np.maximum(sizes - width + 1, 1), sizes + width
    total, starts = int(spans.sum()), np.cumsum(spans) - spans
    edges = np.zeros(total + 1, dtype=np.int8)
    edges[starts], edges[starts + counts] = 1, -1
    inside = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)
    words = np.ndarray(total + width, "<u8", text, strides=(1,)).copy()  # eight bytes from each on
    hashes, high = np.zeros(total, dtype=np.uint64), np.empty(total, dtype=np.uint64)
    for offset in range(0, width, 8):
        hashes ^= words[offset : offset + total]
        hashes *= _FACTOR
        hashes ^= np.right_shift(hashes, np.uint64(32), out=high)
    return _Block(hashes[inside], np.flatnonzero(inside), counts, spans)


def _sampled(hashes: UInt64s, below: int) -> UInt64s:
    return hashes if below >= HASH_BITS else hashes[hashes < np.uint64(1 << below)]


def _weighted(block: list[bytes], *, width: int, below: int) -> tuple[UInt64s, Floats]:
    made = _passages(block, width)
    kept = made.hashes < np.uint64(1 << below)
    return made.hashes[kept], np.repeat(1 / made.counts, made.counts)[kept]


def _with(made: Sketch, more: Iterable[tuple[UInt64s, Floats]], most: int) -> Sketch:
    """A sketch of more passages, each hash once with the weights of all its lines."""
    parts = [(made.hashes, made.weights), *more]
    hashes, place = np.unique(np.concatenate([part for part, _ in parts]), return_inverse=True)
    weights: Floats = np.zeros(len(hashes))
    np.add.at(weights, place, np.concatenate([part for _, part in parts]))
    below = made.below
    while np.searchsorted(hashes, np.uint64(1 << below)) > most:
        below -= 1
    kept = hashes < np.uint64(1 << below)
    return Sketch(hashes[kept], weights[kept], below)
