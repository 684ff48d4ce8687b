"""Trained weights made small: those near 0 dropped, the others rounded to 8 bits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int8s, Int64s, Ints, UInt8s
from core.training.compiled import compiled
from core.training.linear.features import Float32s
from core.training.linear.solver import Solution

MOST_LABELS = 255
"""Of one block: there, a label and a number of labels take one byte each."""
_STEPS = 127
"""The largest weight of a column, rounded."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """The weights of a block of labels that are not near 0, column by column.

    Column ``c`` has ``counts[c]`` (uint8) ``values`` (float32), behind those of the columns before
    it, each for one of ``labels`` (uint8, ascending, counted from the block's first).
    """

    counts: UInt8s
    labels: UInt8s
    values: Float32s
    first: int


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights, column by column, and the bias of each label (float32).

    Column ``c`` has ``values`` (int8), each times ``scales[c]`` (float32), for ``labels``
    (unsigned, ascending), from place ``starts[c]`` up to ``starts[c + 1]`` (int64, columns + 1).
    """

    starts: Int64s
    labels: Ints
    values: Int8s
    scales: Float32s
    bias: Float32s


def pruned(solution: Solution, *, first: int, least: float) -> Pruned:
    """Of a block that begins at label ``first``, the weights of ``least`` or more, either way."""
    counts = _count_kept(solution.weights, np.float32(least))
    size = counts.sum(dtype=np.int64)
    labels, values = np.empty(size, dtype=np.uint8), np.empty(size, dtype=np.float32)
    _keep(solution.weights, np.float32(least), labels, values)
    return Pruned(counts, labels, values, first)


def rounded(blocks: Sequence[Pruned], bias: Float32s) -> Weights:
    """The weights of all blocks, which come in the order of their labels, and of one width.

    The largest weight of a column becomes 127 or -127. What becomes 0 is dropped.
    """
    width = len(blocks[0].counts)
    scales = np.zeros(width, dtype=np.float32)
    for block in blocks:
        _find_largest(block.counts, block.values, scales)
    scales /= np.float32(_STEPS)
    counts = np.zeros(width, dtype=np.int64)
    for block in blocks:
        _count_rounded(block.counts, block.values, scales, counts)
    starts = np.zeros(width + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    labels = np.empty(starts[-1], dtype=np.min_scalar_type(max(len(bias) - 1, 0)))
    values = np.empty(starts[-1], dtype=np.int8)
    ends = starts[:-1].copy()
    for block in blocks:
        _round(block.counts, block.labels, block.values, block.first, scales, ends, labels, values)
    return Weights(starts, labels, values, scales, bias)


@compiled
def _count_kept(weights: Float32s, least: np.float32) -> UInt8s:
    counts = np.zeros(len(weights), dtype=np.uint8)
    for column in range(len(weights)):
        for weight in weights[column]:
            counts[column] += weight != 0 and abs(weight) >= least
    return counts


@compiled
def _keep(weights: Float32s, least: np.float32, labels: UInt8s, values: Float32s) -> None:
    end = 0
    for column in range(len(weights)):
        for label in range(weights.shape[1]):
            weight = weights[column, label]
            if weight != 0 and abs(weight) >= least:
                labels[end], values[end] = label, weight
                end += 1


@compiled
def _find_largest(counts: UInt8s, values: Float32s, largest: Float32s) -> None:
    place = 0
    for column in range(len(counts)):
        for _ in range(counts[column]):
            largest[column] = max(largest[column], abs(values[place]))
            place += 1


@compiled
def _step_of(value: np.float32, scale: np.float32) -> int:
    if scale == 0:  # the column's largest weight is too small for a number
        return 0
    return math.floor(np.float64(value) / np.float64(scale) + 0.5)


@compiled
def _count_rounded(counts: UInt8s, values: Float32s, scales: Float32s, left: Int64s) -> None:
    """Add to ``left`` how many weights of each column do not become 0."""
    place = 0
    for column in range(len(counts)):
        for _ in range(counts[column]):
            left[column] += _step_of(values[place], scales[column]) != 0
            place += 1


@compiled
def _round(
    counts: UInt8s,
    labels: UInt8s,
    values: Float32s,
    first: int,
    scales: Float32s,
    ends: Int64s,
    all_labels: NDArray[np.unsignedinteger],
    all_values: Int8s,
) -> None:
    """Write a block's weights behind the ``ends`` of their columns, and move these on."""
    place = 0
    for column in range(len(counts)):
        for _ in range(counts[column]):
            step = _step_of(values[place], scales[column])
            if step != 0:
                all_labels[ends[column]] = first + labels[place]
                all_values[ends[column]] = np.int8(step)
                ends[column] += 1
            place += 1
