"""Rows become the first labels and their probabilities."""

import math
from dataclasses import dataclass

import numpy as np

from core.arrays import Int8s, Int32s, Int64s, Ints
from core.training.choosing import choose
from core.training.compiled import compiled
from core.training.linear.features import Float32s, Rows
from core.training.linear.weights import Weights

STEEPNESS = 8.0
"""Of the curve from a score to a probability, before calibration; chosen on validation posts
(docs/models.md)."""
DENSE = 1 / 4
"""From this share of labels on, a column is written out in full: the processor adds neighbouring
weights so much faster that the zeros between them do not matter."""
LANES = 32
"""Labels of a column in full come in multiples of this, so that none is added by itself."""
LINE = 64
"""Bytes that the processor fetches at once."""
_LARGEST = 700.0
"""Whose exponential is finite."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights, ready to be added up.

    Column ``c`` is row ``places[c]`` (int32) of ``full`` (int8, columns x labels, with zeros behind
    up to a multiple of :data:`LANES`), or in none and then -1.
    """

    weights: Weights
    full: Int8s
    places: Int32s

    @classmethod
    def of(cls, weights: Weights) -> "Scorer":
        counts = np.diff(weights.starts)
        chosen = np.flatnonzero(counts >= max(1, DENSE * len(weights.bias)))
        places = np.full(len(counts), -1, dtype=np.int32)
        places[chosen] = np.arange(len(chosen))
        width = -(-len(weights.bias) // LANES) * LANES
        full = np.zeros((len(chosen), width), dtype=np.int8)
        _write_out(chosen, weights.starts, weights.labels, weights.values, full)
        return cls(weights, full, places)

    def first(self, rows: Rows, labels: Int32s, probabilities: Float32s) -> None:
        """Write the first labels of each row, and their probabilities (both n x k).

        A label's probability is 1 / (1 + exp(-8 score)), divided by the sum over all labels. Of
        equal scores, the label with the smaller index comes first. Where there are fewer labels
        than asked for, the rest stays as it is.
        """
        scores = self._scores(rows)
        choose(scores, labels, probabilities)
        _weigh(scores, probabilities)

    def _scores(self, rows: Rows) -> Float32s:
        """Of every label, (n, labels)."""
        weights = self.weights
        scores = np.empty((len(rows), len(weights.bias)), dtype=np.float32)
        _add_up(
            rows.starts,
            rows.columns,
            rows.values,
            weights.starts,
            weights.labels,
            weights.values,
            weights.scales,
            weights.bias,
            self.full,
            self.places,
            scores,
        )
        return scores


@compiled
def _write_out(columns: Int64s, starts: Int64s, labels: Ints, values: Int8s, full: Int8s) -> None:
    for row in range(len(columns)):
        for place in range(starts[columns[row]], starts[columns[row] + 1]):
            full[row, labels[place]] = values[place]


@compiled
def _add_up(
    starts: Int64s,
    columns: Int32s,
    values: Float32s,
    weight_starts: Int64s,
    weight_labels: Ints,
    weight_values: Int8s,
    scales: Float32s,
    bias: Float32s,
    full: Int8s,
    places: Int32s,
    scores: Float32s,
) -> int:
    """Write the scores of each row. What it returns means nothing: see :func:`_fetch`."""
    sums = np.zeros(full.shape[1], dtype=np.float32)
    fetched = 0
    for row in range(len(starts) - 1):
        place, end = starts[row], starts[row + 1]
        mine = columns[place:end]
        fetched += _fetch(mine, weight_starts, weight_labels, weight_values, full, places)
        sums[: len(bias)] = bias
        while place < end:
            column = columns[place]
            if place + 4 <= end and _all_full(columns[place : place + 4], places):
                _add_four(columns[place : place + 4], values[place:], scales, full, places, sums)
                place += 4
                continue
            value = values[place] * scales[column]
            place += 1
            if places[column] >= 0:
                row_of_column = full[places[column]]
                for label in range(len(sums)):
                    sums[label] += value * np.float32(row_of_column[label])
                continue
            for weight in range(weight_starts[column], weight_starts[column + 1]):
                sums[weight_labels[weight]] += value * np.float32(weight_values[weight])
        scores[row] = sums[: len(bias)]
    return fetched


@compiled
def _fetch(
    columns: Int32s,
    weight_starts: Int64s,
    weight_labels: Ints,
    weight_values: Int8s,
    full: Int8s,
    places: Int32s,
) -> int:
    """Read something of all weights of a row, so that the processor waits for all of them together,
    and not for one after the other. The result keeps the compiler from leaving this out.
    """
    fetched = 0
    for column in columns:
        if places[column] >= 0:
            for label in range(0, full.shape[1], LINE):
                fetched += full[places[column], label]
        elif weight_starts[column] < weight_starts[column + 1]:
            fetched += weight_labels[weight_starts[column]] + weight_values[weight_starts[column]]
    return fetched


@compiled
def _all_full(columns: Int32s, places: Int32s) -> bool:
    full = 0
    for column in columns:
        full += places[column] >= 0
    return full == len(columns)


@compiled
def _add_four(
    columns: Int32s, values: Float32s, scales: Float32s, full: Int8s, places: Int32s, sums: Float32s
) -> None:
    """Add four columns in full, one after the other, while a sum is at hand."""
    c0, c1, c2, c3 = columns[0], columns[1], columns[2], columns[3]
    v0, v1, v2, v3 = (
        values[0] * scales[c0],
        values[1] * scales[c1],
        values[2] * scales[c2],
        values[3] * scales[c3],
    )
    w0, w1, w2, w3 = full[places[c0]], full[places[c1]], full[places[c2]], full[places[c3]]
    for label in range(len(sums)):
        total = sums[label] + v0 * np.float32(w0[label])
        total += v1 * np.float32(w1[label])
        total += v2 * np.float32(w2[label])
        sums[label] = total + v3 * np.float32(w3[label])


@compiled
def _weigh(scores: Float32s, chosen: Float32s) -> None:
    """Make probabilities of the chosen scores, rounded down: their sum never exceeds 1."""
    for row in range(len(scores)):
        total = 0.0
        for score in scores[row]:
            total += _odds(score)
        before = np.float32(1)
        for place in range(min(chosen.shape[1], scores.shape[1])):
            exact = _odds(chosen[row, place]) / total
            near = np.float32(exact)
            if near > exact:
                near = np.nextafter(near, np.float32(0))
            before = min(near, before)
            chosen[row, place] = before


@compiled
def _odds(score: np.float32) -> float:
    """Above 0 for any score."""
    return 1 / (1 + math.exp(min(-STEEPNESS * float(score), _LARGEST)))
