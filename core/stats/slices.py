"""Long arrays in parts, so that what is computed of them fits into memory."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from core.arrays import Int64s


def in_slices(sizes: Int64s, limit: int) -> Iterator[slice]:
    """Consecutive things of these sizes, together up to about ``limit``, or one larger thing."""
    ends = np.flatnonzero(np.diff(np.cumsum(sizes) // limit)) + 1
    for start, stop in pairwise([0, *ends.tolist(), len(sizes)]):
        if start < stop:
            yield slice(start, stop)
