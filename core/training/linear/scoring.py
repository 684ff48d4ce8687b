"""Rows become the first labels and their probabilities."""

import math
from dataclasses import dataclass

import numpy as np

from core.arrays import Int8s, Int32s, Int64s, Ints
from core.training.compiled import compiled
from core.training.linear.features import Float32s, Rows
from core.training.linear.weights import Weights

STEEPNESS = 8.0
"""Of the curve from a score to a probability, before calibration; chosen on validation posts
(docs/models.md)."""
DENSE = 1 / 4
"""From this share of labels on, a column is written out in full: the processor adds neighbouring
weights so much faster that the zeros between them do not matter."""
_LARGEST = 700.0
"""Whose exponential is finite."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights, ready to be added up.

    Column ``c`` is row ``places[c]`` (int32) of ``full`` (int8, columns x labels), or in none and
    then -1.
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
        full = np.zeros((len(chosen), len(weights.bias)), dtype=np.int8)
        _write_out(chosen, weights.starts, weights.labels, weights.values, full)
        return cls(weights, full, places)

    def first(self, rows: Rows, labels: Int32s, probabilities: Float32s) -> None:
        """Write the first labels of each row, and their probabilities (both n x k).

        A label's probability is 1 / (1 + exp(-8 score)), divided by the sum over all labels. Of
        equal scores, the label with the smaller index comes first. Where there are fewer labels
        than asked for, the rest stays as it is.
        """
        weights = self.weights
        _predict(
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
            labels,
            probabilities,
        )


@compiled
def _write_out(columns: Int64s, starts: Int64s, labels: Ints, values: Int8s, full: Int8s) -> None:
    for row in range(len(columns)):
        for place in range(starts[columns[row]], starts[columns[row] + 1]):
            full[row, labels[place]] = values[place]


@compiled
def _predict(
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
    labels: Int32s,
    probabilities: Float32s,
) -> None:
    scores = np.empty(len(bias), dtype=np.float32)
    most = min(labels.shape[1], len(bias))
    for row in range(len(starts) - 1):
        scores[:] = bias
        for place in range(starts[row], starts[row + 1]):
            column = columns[place]
            value = values[place] * scales[column]
            if places[column] >= 0:
                row_of_column = full[places[column]]
                for label in range(len(scores)):
                    scores[label] += value * np.float32(row_of_column[label])
                continue
            for weight in range(weight_starts[column], weight_starts[column + 1]):
                scores[weight_labels[weight]] += value * np.float32(weight_values[weight])
        _choose(scores, labels[row, :most])
        _weigh(scores, labels[row, :most], probabilities[row])


@compiled
def _choose(scores: Float32s, chosen: Int32s) -> None:
    """Write the labels of the largest scores, largest first, equal ones in their order."""
    count = 0
    for label in range(len(scores)):
        if count == len(chosen):
            if count == 0 or not scores[label] > scores[chosen[count - 1]]:
                continue
            count -= 1
        place = count
        while place > 0 and scores[label] > scores[chosen[place - 1]]:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = label
        count += 1


@compiled
def _weigh(scores: Float32s, chosen: Int32s, probabilities: Float32s) -> None:
    """Write the probabilities of the chosen labels, rounded down: their sum never exceeds 1."""
    total = 0.0
    for score in scores:
        total += _odds(score)
    before = np.float32(1)
    for place in range(len(chosen)):
        exact = _odds(scores[chosen[place]]) / total
        near = np.float32(exact)
        if near > exact:
            near = np.nextafter(near, np.float32(0))
        before = min(near, before)
        probabilities[place] = before


@compiled
def _odds(score: np.float32) -> float:
    """Above 0 for any score."""
    return 1 / (1 + math.exp(min(-STEEPNESS * float(score), _LARGEST)))
