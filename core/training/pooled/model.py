"""A trained pooled model: its file, and how it predicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.training.calibration import Curve
from core.training.classifier import Predictions
from core.training.pooled.pooling import Float32s, Head
from core.training.pooled.reading import read
from core.training.pooled.scoring import probabilities
from core.training.tensors import Stored, write
from core.training.tensors import read as read_file

FORMAT = 1
"""Of the file."""
BATCH = 1_024
"""Lines predicted at once."""


@dataclass(frozen=True, slots=True)
class PooledModel:
    """All that predicting needs. ``words`` and ``pairs``: the tables, (rows, d), row 0 nothing.
    ``made`` tells, in JSON values, how it was trained.
    """

    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    words: Float32s
    pairs: Float32s
    head: Head
    kind: str
    made: Mapping[str, Any]
    curve: Curve | None = None


class PooledClassifier:
    """A model that is ready to predict."""

    def __init__(self, model: PooledModel) -> None:
        self._model = model
        self._rows = {word: row for row, word in enumerate(model.vocabulary, start=1)}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._model.labels

    @property
    def made(self) -> Mapping[str, Any]:
        """How it was trained, in JSON values."""
        return self._model.made

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`."""
        model, said = self._model, Predictions.none(len(lines), k)
        for start in range(0, len(lines), BATCH):
            some = slice(start, start + BATCH)
            tokens = read(lines[some], self._rows, buckets=len(model.pairs) - 1)
            odds = probabilities(tokens, model.words, model.pairs, model.head, kind=model.kind)
            best = Predictions.best(odds, k)
            said.labels[some], said.probabilities[some] = best.labels, best.probabilities
        return said if model.curve is None else model.curve.applied(said)


def save(model: PooledModel, path: Path) -> None:
    """See :func:`core.training.tensors.write`. The tables are rounded to 16 bits."""
    tensors: dict[str, NDArray[Any]] = {
        "vocabulary": np.frombuffer("\n".join(model.vocabulary).encode(), dtype=np.uint8),
        "words": model.words.astype(np.float16),
        "pairs": model.pairs.astype(np.float16),
        "queries": model.head.queries,
        "out": model.head.out,
        "bias": model.head.bias,
    }
    about = {"labels": model.labels, "kind": model.kind, "made": model.made}
    write(Stored(about, tensors, model.curve), path, format=FORMAT)


def load(path: Path) -> PooledClassifier:
    """See :class:`core.training.classifier.Family`.

    Raises:
        RefusedError: another version of Signoff wrote the file.
    """
    stored = read_file(path, format=FORMAT)
    about, tensors = stored.about, stored.tensors
    text = tensors["vocabulary"].tobytes().decode()
    classifier = PooledClassifier(
        PooledModel(
            labels=tuple(about["labels"]),
            vocabulary=tuple(text.split("\n")) if text else (),
            words=tensors["words"].astype(np.float32),
            pairs=tensors["pairs"].astype(np.float32),
            head=Head(tensors["queries"], tensors["out"], tensors["bias"]),
            kind=about["kind"],
            made=about["made"],
            curve=stored.curve,
        )
    )
    classifier.predict([""], k=1)  # compiles what is not on the disk, before somebody waits for it
    return classifier
