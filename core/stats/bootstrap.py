"""How far figures would move with other posts.

Posts are resampled; posts that count alike form a cell and are drawn together. The Poisson
bootstrap (Hanley & MacGibbon 2006; Chamandy et al. 2012) gives every post an independent
Poisson(1) weight, so that a cell of m equal posts is one Poisson(m) draw. Drawing stands here,
summarising in :mod:`core.stats.intervals`.

One or two models can be drawn together: s sides, which all see the same resampled posts.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from core.arrays import Bools, Floats, Ints, UInt8s
from core.processes import cores
from core.stats.classification import LabelCounts
from core.stats.figures import OverLabels

if TYPE_CHECKING:
    from scipy import sparse


RESAMPLES = 1_000
LARGE_CELL = 24
"""Cells of more posts than this are drawn by numpy, the others from a table."""
_STEPS = 1 << 16
"""Steps of that table: a probability is off by at most one in 131,072."""
_CHUNK_WEIGHTS = 8_000_000
"""Weights held at once by one thread."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Posts that count alike: label, the first prediction of each of s sides, and how many posts.

    ``truth``, ``posts``: shape (m,). ``first``: s arrays of that shape, -1 for no prediction.
    """

    truth: Ints
    first: tuple[Ints, ...]
    posts: Ints


def cells(truth: Ints, *first: Ints) -> Cells:
    """Gather posts that count alike.

    Args:
        truth: shape (n,).
        first: the first predictions of each side, shape (n,); -1 for none.
    """
    size = int(max(values.max(initial=-1) for values in (truth, *first))) + 2
    key = truth.astype(np.int64)
    for said in first:
        key = key * size + said + 1
    key, posts = np.unique(key, return_counts=True)
    sides: list[Ints] = []
    for _ in first:
        key, said = np.divmod(key, size)
        sides.insert(0, said - 1)
    return Cells(truth=key, first=tuple(sides), posts=posts)


def draw_over_labels(
    posts: Cells,
    figures: Mapping[str, OverLabels],
    *,
    labels: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> dict[str, Floats]:
    """Resample posts and recompute figures of every side.

    Returns:
        Key of each figure -> shape (s, resamples).

    As in the figure itself, a label that a resample neither holds nor predicts is left out of a
    macro mean. The draws depend on ``rng`` only, not on how many threads share the work.
    """
    tables = [
        (_membership(first, first >= 0, labels), _membership(first, first == posts.truth, labels))
        for first in posts.first
    ]
    support = _membership(posts.truth, posts.truth >= 0, labels)
    draw = _poisson_weights(posts.posts)

    def chunk(size: int, stream: np.random.Generator) -> Floats:
        weights = draw(size, stream)
        held = support @ weights
        return np.stack([figures_of(held, said @ weights, hit @ weights) for said, hit in tables])

    def figures_of(*counts: NDArray[np.float32]) -> Floats:
        return np.stack([figure(LabelCounts(*counts)) for figure in figures.values()])

    parts = _in_threads(chunk, len(posts.posts), resamples, rng)
    return dict(zip(figures, np.concatenate(parts, axis=2).swapaxes(0, 1), strict=True))


def draw_sums(
    cell: Ints, values: Floats, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> tuple[Ints, Floats]:
    """Resample posts and add ``values`` up within each cell.

    Args:
        cell: of each post, any whole numbers, shape (n,).
        values: shape (n, v); the mean of a cell stands for each of its posts.

    Returns:
        The distinct cells, shape (m,), and shape (v + 1, m, resamples): the sums of each value,
        and last the posts.
    """
    distinct, where, posts = np.unique(cell, return_inverse=True, return_counts=True)
    sums = [np.bincount(where, weights=column, minlength=len(distinct)) for column in values.T]
    means = np.stack([*sums, posts]) / posts
    weights = rng.poisson(posts[:, None], size=(len(posts), resamples))
    return distinct, means[:, :, None] * weights


def draw_counts(
    group: Sequence[Ints],
    *,
    groups: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Floats:
    """Resample posts and count them in each group.

    Args:
        group: of each of s sides the group of each post, from 0 to ``groups`` - 1, shape (n,).
        groups: a few hundred; every combination of the sides' groups is counted.

    Returns:
        Shape (s, groups, resamples).
    """
    key = np.zeros(len(group[0]), dtype=np.int64)
    for side in group:
        key = key * groups + side
    posts = np.bincount(key)
    key = np.flatnonzero(posts)
    posts = posts[key]
    members: list[sparse.csr_array] = []
    for _ in group:
        key, side = np.divmod(key, groups)
        members.insert(0, _membership(side, side >= 0, groups))
    draw = _poisson_weights(posts)

    def chunk(size: int, stream: np.random.Generator) -> Floats:
        weights = draw(size, stream)
        return np.stack([member @ weights for member in members])

    return np.concatenate(_in_threads(chunk, len(posts), resamples, rng), axis=2)


def _in_threads(
    chunk: Callable[[int, np.random.Generator], Floats],
    count: int,
    resamples: int,
    rng: np.random.Generator,
) -> list[Floats]:
    """Resamples in chunks, each from a stream of its own; numpy lets threads run side by side."""
    size = int(np.clip(_CHUNK_WEIGHTS // max(count, 1), 10, 125))
    sizes = [min(size, resamples - start) for start in range(0, resamples, size)]
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(chunk, sizes, rng.spawn(len(sizes))))


def _poisson_weights(
    posts: Ints,
) -> Callable[[int, np.random.Generator], NDArray[np.float32]]:
    """A function that draws Poisson weights, shape (m, size), for cells of these numbers of posts.

    Small cells, nearly all, are drawn by the inverse of their distribution function on 65,536
    equal steps of the unit interval: some ten times faster than drawing each by its own.
    """
    small = posts <= LARGE_CELL
    table = _inverse_poisson(min(int(posts.max(initial=1)), LARGE_CELL))
    rows = (np.where(small, posts, 0).astype(np.int32) * _STEPS)[:, None]
    large, expected = np.flatnonzero(~small), posts[~small]

    def draw(size: int, stream: np.random.Generator) -> NDArray[np.float32]:
        steps = stream.integers(0, _STEPS, (len(posts), size), dtype=np.uint16)
        weights = table.take(rows + steps).astype(np.float32)
        weights[large] = stream.poisson(expected[:, None], (len(large), size))
        return weights

    return draw


def _inverse_poisson(most: int) -> UInt8s:
    """Quantiles of Poisson(m) at the middle of each step, for m = 0 … ``most``, flat."""
    middles = (np.arange(_STEPS) + 0.5) / _STEPS
    counts = np.arange(4 * most + 12)
    table = np.zeros((most + 1, _STEPS), dtype=np.uint8)
    for expected in range(1, most + 1):
        # Both are sorted: there are far fewer ends of counts to look up than steps.
        ends = np.searchsorted(middles, special.pdtr(counts, expected), side="right")
        table[expected, : ends[-1]] = np.repeat(counts, np.diff(ends, prepend=0))
        table[expected, ends[-1] :] = len(counts)
    return table.ravel()


def _membership(label: Ints, where: Bools, labels: int) -> "sparse.csr_array":
    """Matrix (labels, cells) with a 1 where the cell counts for the label."""
    from scipy import sparse  # loading it takes a second, which most commands need not spend

    cell = np.flatnonzero(where)
    ones = np.ones(len(cell), dtype=np.float32)
    return sparse.csr_array((ones, (label[cell], cell)), shape=(labels, len(label)))
