"""What fastText has trained, ready to predict: all that a process that holds a model imports."""

import struct
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from core.text import words_of
from core.training.calibration import Curve
from core.training.classifier import Predictions

SPARE = 8
"""Predictions asked for beyond the first k, among which ties may be."""
_MARK = b"signoff-curve-1"
_END = 8 + len(_MARK)
PREFIX = "__label__"
"""Cannot stand in a line: the normaliser parts underscores from words."""


class FastTextClassifier:
    """A loaded fastText model, and the curve that calibrates it; None: it is not calibrated."""

    def __init__(self, model: Any, curve: Curve | None = None) -> None:
        self._model, self._curve = model, curve
        names = [label.removeprefix(PREFIX) for label in model.labels]
        self._labels = tuple(sorted(names))
        self._index = {PREFIX + label: i for i, label in enumerate(self._labels)}

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`.

        fastText orders equal scores, which one-vs-all often has at its largest, by how common the
        labels are. So a few more than ``k`` are asked for, and all of them where the last of these
        is still as probable as the k-th.
        """
        asked = min(k + SPARE, max(k, len(self._labels)))
        said = self._said(lines, asked)
        if asked < len(self._labels):
            unsure = np.flatnonzero(said.probabilities[:, -1] == said.probabilities[:, k - 1])
            if len(unsure):
                whole = self._said([lines[row] for row in unsure.tolist()], len(self._labels))
                best = whole.ordered(asked)
                said.labels[unsure], said.probabilities[unsure] = best.labels, best.probabilities
        first = said.ordered(k)
        return first if self._curve is None else self._curve.applied(first)

    def _said(self, lines: Sequence[str], k: int) -> Predictions:
        said = Predictions.none(len(lines), k)
        if lines:
            labels, scores = self._model.predict([words_of(line) for line in lines], k)
            given = np.fromiter(map(len, scores), dtype=np.int64, count=len(lines))
            where = np.arange(k) < given[:, None]
            names = map(self._index.__getitem__, chain.from_iterable(labels))
            said.labels[where] = np.fromiter(names, dtype=np.int32, count=given.sum())
            # fastText's own rounding reaches 1.00001.
            said.probabilities[where] = np.concatenate(scores).clip(0, 1)
        return said


def load(model: Path) -> FastTextClassifier:
    """See :class:`core.training.classifier.Family`."""
    import fasttext

    classifier = FastTextClassifier(fasttext.load_model(str(model)), curve_of(model))
    classifier.predict([""], k=1)  # compiles what is not on the disk, before somebody waits for it
    return classifier


def add_curve(model: Path, curve: Curve) -> None:
    """Write the curve behind the model, where fastText does not look: its knots, how many they are,
    and :data:`_MARK`.
    """
    knots = np.stack([curve.said, curve.right]).astype("<f8")
    with model.open("ab") as file:
        file.write(knots.tobytes() + struct.pack("<Q", knots.shape[1]) + _MARK)


def curve_of(model: Path) -> Curve | None:
    """What :func:`add_curve` wrote; None where it did not."""
    size = model.stat().st_size
    with model.open("rb") as file:
        file.seek(max(size - _END, 0))
        end = file.read(_END)
        if not end.endswith(_MARK):
            return None
        (knots,) = struct.unpack("<Q", end[: -len(_MARK)])
        file.seek(size - _END - 16 * knots)
        said, right = np.frombuffer(file.read(16 * knots), dtype="<f8").reshape(2, knots)
    return Curve(said, right)
