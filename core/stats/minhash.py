"""Lines that are nearly the same, found among millions without comparing all with all.

A line is taken as the set of its shingles (Broder 1997): all runs of :data:`WIDTH` bytes. Two lines
resemble each other by what their sets share, Jaccard's index: shared shingles over all. Under a
random hash both have the same smallest shingle with just that probability. A signature holds many
such minima in bands, and lines that agree on a whole band are worth a look (Leskovec, Rajaraman &
Ullman, Mining of Massive Datasets, section 3.4). Those are compared exactly. So what is found is
so; how much of it is found, :func:`recall` tells.

A line shorter than a shingle is one shingle, and resembles only the very same line.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Int64s, UInt8s, UInt32s, UInt64s
from core.processes import cores
from core.stats.slices import in_slices

WIDTH = 5
"""Bytes of a shingle."""
THRESHOLD = 0.7
"""Lines with this Jaccard index or more are nearly the same."""
BANDS, ROWS = 25, 5
"""Bands of a signature, and minima in each."""

_BITS = 8 * WIDTH
"""Of a shingle as a number; a line's number stands above them where lines are compared."""
_HASHED = 1 << 16
"""Bytes hashed at once by one thread: few enough for the processor's cache."""
_PAIRED, _COMPARED = 1 << 18, 1 << 12
"""Pairs whose signatures, and whose shingles, are compared at once."""
_RNG = np.random.default_rng(1997)
"""Fixed, so that the same lines always give the same answer."""
_FACTORS = _RNG.integers(1 << 32, size=BANDS * ROWS, dtype=np.uint32) | np.uint32(1)
_SHIFTS = _RNG.integers(1 << 32, size=BANDS * ROWS, dtype=np.uint32)
_WEIGHTS = _RNG.integers(1 << 63, size=(ROWS, 1), dtype=np.uint64) | np.uint64(1)


def recall(jaccard: float, *, bands: int = BANDS, rows: int = ROWS) -> float:
    """How probably two lines of this Jaccard index s agree on a band: 1 - (1 - s^rows)^bands."""
    return 1 - (1 - jaccard**rows) ** bands


def near_duplicates(
    lines: Sequence[str], others: Iterable[Sequence[str]], *, threshold: float = THRESHOLD
) -> Int64s:
    """For each of n lines, one of the others that is nearly the same.

    Args:
        lines: without NUL, which no normalised line has. They are held in memory.
        others: any number of such lines, in parts of some thousands: one part is held at a time.
        threshold: the least Jaccard index, above 0 and at most 1.

    Returns:
        Shape (n,): the place of the other line, counted through all parts; -1 where none is found.
    """
    index = _Index(lines, threshold)
    first = 0
    for part in others:
        index.meet(part, first)
        first += len(part)
    return index.matches


@dataclass(frozen=True, slots=True)
class _Signatures:
    """Of n lines: ``bands`` (uint64, (BANDS, n)), one number for all minima of a band, and
    ``minima`` (uint8, (n, BANDS * ROWS)), of each its last byte (Li & Koenig 2010).
    """

    bands: UInt64s
    minima: UInt8s


class _Index:
    """The lines that are asked about, sorted by each band of their signatures."""

    def __init__(self, lines: Sequence[str], threshold: float) -> None:
        self.matches = np.full(len(lines), -1, dtype=np.int64)
        self._threshold = threshold
        self._lines = _encoded(lines)
        signatures = _signatures(self._lines)
        self._minima = signatures.minima
        self._order = np.argsort(signatures.bands, axis=1)
        self._keys = np.take_along_axis(signatures.bands, self._order, axis=1)

    def meet(self, part: Sequence[str], first: int) -> None:
        """Compare with more lines, whose places begin at ``first``."""
        others = _encoded(part)
        signatures = _signatures(others)
        for band, keys in enumerate(signatures.bands):
            for ours, theirs in self._agreeing(band, keys):
                likely = self._likely(ours, signatures.minima[theirs])
                for some in in_slices(np.ones(len(likely), dtype=np.int64), _COMPARED):
                    pairs = likely[some]
                    self._compare(ours[pairs], theirs[pairs], others, first)

    def _likely(self, ours: Int64s, minima: UInt8s) -> Int64s:
        """Which pairs are worth the exact comparison: not known yet, and of their minima no fewer
        agree than four standard deviations below what the threshold leads to expect.
        """
        agreeing = np.count_nonzero(self._minima[ours] == minima, axis=1)
        expected, size = self._threshold, minima.shape[1]
        least = size * expected - 4 * np.sqrt(size * expected * (1 - expected))
        return np.flatnonzero((self.matches[ours] < 0) & (agreeing >= least))

    def _agreeing(self, band: int, keys: UInt64s) -> Iterator[tuple[Int64s, Int64s]]:
        """Pairs of a line and another whose bands have the same key, many at a time."""
        low = np.searchsorted(self._keys[band], keys, side="left")
        agreeing = np.searchsorted(self._keys[band], keys, side="right") - low
        asking = np.flatnonzero(agreeing)
        sizes = agreeing[asking]
        for part in in_slices(sizes, _PAIRED):
            count = sizes[part]
            within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            ours = np.repeat(low[asking[part]], count) + within
            yield self._order[band, ours], np.repeat(asking[part], count)

    def _compare(self, ours: Int64s, theirs: Int64s, others: list[bytes], first: int) -> None:
        jaccard = _similarity([self._lines[i] for i in ours], [others[i] for i in theirs])
        near = jaccard >= self._threshold
        self.matches[ours[near]] = theirs[near] + first


def _encoded(lines: Sequence[str]) -> list[bytes]:
    return [line.encode() for line in lines]


def _similarity(lines: list[bytes], others: list[bytes]) -> Floats:
    """Jaccard's index of each of n pairs of lines, n below 2^24, exactly; shape (n,)."""
    ours, theirs = _sets(lines), _sets(others)
    shared = np.intersect1d(ours, theirs, assume_unique=True)
    sizes = [
        np.bincount((shingles >> _BITS).astype(np.int64), minlength=len(lines))
        for shingles in (ours, theirs, shared)
    ]
    return sizes[2] / (sizes[0] + sizes[1] - sizes[2])


def _sets(lines: list[bytes]) -> UInt64s:
    """The distinct shingles of each line, its number above them."""
    shingles, counts = _shingles(lines)
    number = np.repeat(np.arange(len(lines), dtype=np.uint64), counts)
    return np.unique(number << _BITS | shingles)


def _shingles(lines: list[bytes]) -> tuple[UInt64s, Int64s]:
    """Every run of bytes as a number, line after line, and how many each line has."""
    gap = bytes(WIDTH)
    text = gap.join(lines) + bytes(WIDTH + 8)
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    counts, spans = np.maximum(sizes - WIDTH + 1, 1), sizes + WIDTH
    runs = np.ndarray(int(spans.sum()), "<u8", text, strides=(1,))  # eight bytes from each byte on
    within = np.arange(len(runs)) - np.repeat(np.cumsum(spans) - spans, spans)
    inside = within < np.repeat(counts, spans)
    return runs[inside] & np.uint64((1 << _BITS) - 1), counts


def _signatures(lines: list[bytes]) -> _Signatures:
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    blocks = [lines[part] for part in in_slices(sizes, _HASHED)]
    with ThreadPoolExecutor(cores()) as pool:
        parts = [_block_signatures([]), *pool.map(_block_signatures, blocks)]
    return _Signatures(
        np.concatenate([one.bands for one in parts], axis=1),
        np.concatenate([one.minima for one in parts]),
    )


def _block_signatures(lines: list[bytes]) -> _Signatures:
    shingles, counts = _shingles(lines)
    starts = np.cumsum(counts) - counts
    mixed = _mixed(shingles)
    hashed = np.empty_like(mixed)
    minima = np.empty((len(_FACTORS), len(lines)), dtype=np.uint32)
    for row, (factor, shift) in enumerate(zip(_FACTORS, _SHIFTS, strict=True)):
        np.multiply(mixed, factor, out=hashed)
        np.add(hashed, shift, out=hashed)
        np.minimum.reduceat(hashed, starts, out=minima[row])
    by_band = minima.reshape(BANDS, ROWS, len(lines))
    return _Signatures(
        bands=(by_band * _WEIGHTS).sum(axis=1, dtype=np.uint64),
        minima=minima.T.astype(np.uint8),
    )


def _mixed(values: UInt64s) -> UInt32s:
    """32 bits that depend on all bits of a number (the finaliser of MurmurHash3, Appleby)."""
    values = (values ^ values >> np.uint64(33)) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ values >> np.uint64(33)) * np.uint64(0xC4CEB9FE1A85EC53)
    return (values >> np.uint64(32)).astype(np.uint32)
