"""A trained linear model: its file, and how it predicts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from core.arrays import Int8s, Int32s, Int64s, Ints, UInt64s
from core.errors import RefusedError
from core.training.classifier import Predictions
from core.training.compiled import compiled
from core.training.linear_features import Float32s, Rows, rows
from core.training.linear_ngrams import ngrams
from core.training.linear_vocabulary import Lookup
from core.training.linear_weights import Weights

FORMAT = 1
"""Of the file."""
BATCH = 1_024
"""Lines predicted at once."""
STEEPNESS = 8.0
"""Of the curve from a score to a probability; chosen on validation posts (docs/models.md)."""
_LARGEST = 700.0
"""Whose exponential is finite."""
_ABOUT = "signoff"


@dataclass(frozen=True, slots=True)
class LinearModel:
    """All that predicting needs.

    ``keys`` (uint64) and ``idf`` (float32) of each column as in
    :class:`core.training.linear_vocabulary.Vocabulary`; ``characters`` as in
    :func:`core.training.linear_features.rows`; ``spelt`` as in
    :func:`core.training.linear_ngrams.ngrams`. ``made`` tells, in JSON values, how it was trained.
    """

    labels: tuple[str, ...]
    keys: UInt64s
    idf: Float32s
    weights: Weights
    characters: float
    spelt: int
    made: Mapping[str, Any]


class LinearClassifier:
    """A model that is ready to predict."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._lookup = Lookup.of(model.keys)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._model.labels

    @property
    def made(self) -> Mapping[str, Any]:
        """How it was trained, in JSON values."""
        return self._model.made

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`.

        The probability of a label is 1 / (1 + exp(-8 score)), divided by the sum over all labels.
        Of equal scores, the label that comes first is first.
        """
        said = Predictions.none(len(lines), k)
        weights = self._model.weights
        for start in range(0, len(lines), BATCH):
            some = slice(start, start + BATCH)
            found = self.rows(lines[some])
            _predict(
                found.starts,
                found.columns,
                found.values,
                weights.starts,
                weights.labels,
                weights.values,
                weights.scales,
                weights.bias,
                said.labels[some],
                said.probabilities[some],
            )
        return said

    def rows(self, lines: Sequence[str]) -> Rows:
        """What the model reads of normalised lines."""
        model = self._model
        grams = ngrams(lines, spelt=model.spelt)
        return rows(grams, self._lookup, model.idf, characters=model.characters)


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
    labels: Int32s,
    probabilities: Float32s,
) -> None:
    """Write the first labels of each row, and their probabilities (both n x k)."""
    scores = np.empty(len(bias), dtype=np.float32)
    most = min(labels.shape[1], len(bias))
    for row in range(len(starts) - 1):
        scores[:] = bias
        for place in range(starts[row], starts[row + 1]):
            column = columns[place]
            value = values[place] * scales[column]
            for weight in range(weight_starts[column], weight_starts[column + 1]):
                scores[weight_labels[weight]] += value * np.float32(weight_values[weight])
        _choose(scores, labels[row, :most])
        _weigh(scores, labels[row, :most], probabilities[row])


@compiled
def _choose(scores: Float32s, chosen: Int32s) -> None:
    """Write the labels of the largest scores, largest first, equal ones in their order."""
    found = 0
    for label in range(len(scores)):
        if found == len(chosen):
            if found == 0 or not scores[label] > scores[chosen[found - 1]]:
                continue
            found -= 1
        place = found
        while place > 0 and scores[label] > scores[chosen[place - 1]]:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = label
        found += 1


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


def save(model: LinearModel, path: Path) -> None:
    """Write the model's file, whole or not at all: the same bytes for the same model.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    from safetensors.numpy import save as as_bytes

    about = {
        "format": FORMAT,
        "labels": model.labels,
        "characters": model.characters,
        "spelt": model.spelt,
        "made": model.made,
    }
    weights = model.weights
    tensors: dict[str, NDArray[Any]] = {
        "keys": model.keys,
        "idf": model.idf,
        "weights_of_column": np.diff(weights.starts).astype(np.uint32),
        "labels": weights.labels,
        "values": weights.values,
        "scales": weights.scales,
        "bias": weights.bias,
    }
    # One entry only: the library writes them in an order of its own.
    described = {_ABOUT: orjson.dumps(about, option=orjson.OPT_SORT_KEYS).decode()}
    half = path.with_name(f"{path.name}.part")
    try:
        half.write_bytes(as_bytes(tensors, described))
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def load(path: Path) -> LinearClassifier:
    """See :class:`core.training.classifier.Family`.

    Raises:
        RefusedError: another version of Signoff wrote the file.
    """
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        about = orjson.loads(file.metadata()[_ABOUT])
        if about["format"] != FORMAT:
            raise RefusedError(
                f"The model's file has format {about['format']}, but this Signoff reads {FORMAT}",
                "Train the model with this Signoff.",
            )
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    counts = tensors.pop("weights_of_column")
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    keys, idf = tensors.pop("keys"), tensors.pop("idf")
    return LinearClassifier(
        LinearModel(
            labels=tuple(about["labels"]),
            keys=keys,
            idf=idf,
            weights=Weights(starts=starts, **tensors),
            characters=about["characters"],
            spelt=about["spelt"],
            made=about["made"],
        )
    )
