"""What fastText has trained, ready to predict: all that a process that holds a model imports."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from core.training.classifier import Predictions

PREFIX = "__label__"
"""Cannot stand in a line: the normaliser parts underscores from words."""


class FastTextClassifier:
    """A loaded fastText model."""

    def __init__(self, model: Any) -> None:
        self._model = model
        names = [label.removeprefix(PREFIX) for label in model.labels]
        self._labels = tuple(sorted(names))
        self._index = {PREFIX + label: i for i, label in enumerate(self._labels)}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`."""
        said = Predictions.none(len(lines), k)
        if lines:
            found, scores = self._model.predict(list(lines), k)
            given = np.fromiter(map(len, scores), dtype=np.int64, count=len(lines))
            where = np.arange(k) < given[:, None]
            names = map(self._index.__getitem__, chain.from_iterable(found))
            said.labels[where] = np.fromiter(names, dtype=np.int32, count=given.sum())
            # fastText's own rounding reaches 1.00001.
            said.probabilities[where] = np.concatenate(scores).clip(0, 1)
        return said


def load(model: Path) -> FastTextClassifier:
    """See :class:`core.training.classifier.Family`."""
    import fasttext

    return FastTextClassifier(fasttext.load_model(str(model)))
