"""A trained linear model: its file, and how it predicts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import UInt32s, UInt64s
from core.training.calibration import Curve
from core.training.classifier import Predictions
from core.training.linear.features import Float32s, Reads, Rows, rows
from core.training.linear.scoring import Scorer
from core.training.linear.vocabulary import Lookup
from core.training.linear.weights import Weights
from core.training.tensors import Stored, read, write

FORMAT = 1
"""Of the file."""
BATCH = 1_024
"""Lines predicted at once."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """All that predicting needs. ``curve``: None where it is not calibrated.

    ``keys`` (uint64) and ``idf`` (float32) of each column as in
    :class:`core.training.linear.vocabulary.Vocabulary`. ``made`` tells, in JSON values, how it was
    trained.
    """

    labels: tuple[str, ...]
    keys: UInt64s
    idf: Float32s
    weights: Weights
    reads: Reads
    made: Mapping[str, Any]
    curve: Curve | None = None


class LinearClassifier:
    """A model that is ready to predict."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self._lookup = Lookup.of(model.keys)
        self._scorer = Scorer.of(model.weights)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._model.labels

    @property
    def made(self) -> Mapping[str, Any]:
        """How it was trained, in JSON values."""
        return self._model.made

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`.

        See :meth:`core.training.linear.scoring.Scorer.first` for the probabilities.
        """
        said = Predictions.none(len(lines), k)
        for start in range(0, len(lines), BATCH):
            some = slice(start, start + BATCH)
            rows = self.rows(lines[some])
            self._scorer.first(rows, said.labels[some], said.probabilities[some])
        return said if self._model.curve is None else self._model.curve.applied(said)

    def rows(self, lines: Sequence[str]) -> Rows:
        """What the model reads of normalised lines."""
        model = self._model
        return rows(model.reads.ngrams(lines), self._lookup, model.idf, model.reads)


def save(model: LinearModel, path: Path) -> None:
    """See :func:`core.training.tensors.write`."""
    weights = model.weights
    idf, columns = _runs(model.idf)
    tensors: dict[str, NDArray[Any]] = {
        "keys": model.keys,
        "idf": idf,
        "columns_of_idf": columns,
        "weights_of_column": np.diff(weights.starts).astype(np.min_scalar_type(len(weights.bias))),
        "labels": weights.labels,
        "values": weights.values,
        "scales": weights.scales,
        "bias": weights.bias,
    }
    about = {"labels": model.labels, "reads": asdict(model.reads), "made": model.made}
    write(Stored(about, tensors, model.curve), path, format=FORMAT)


def _runs(values: Float32s) -> tuple[Float32s, UInt32s]:
    """Each value once for its run of equal ones, and the length of the run.

    Columns come by how frequent they are, so that most have the value of their neighbour.
    """
    firsts = np.flatnonzero(np.diff(values, prepend=np.nan))
    return values[firsts], np.diff(firsts, append=len(values)).astype(np.uint32)


def load(path: Path) -> LinearClassifier:
    """See :class:`core.training.classifier.Family`.

    Raises:
        RefusedError: another version of Signoff wrote the file.
    """
    stored = read(path, format=FORMAT)
    about, tensors = stored.about, stored.tensors
    keys, idf = tensors.pop("keys"), tensors.pop("idf")
    starts = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum(tensors.pop("weights_of_column"), out=starts[1:])
    model = LinearModel(
        labels=tuple(about["labels"]),
        keys=keys,
        idf=np.repeat(idf, tensors.pop("columns_of_idf")),
        weights=Weights(starts=starts, **tensors),
        reads=Reads(**about["reads"]),
        made=about["made"],
        curve=stored.curve,
    )
    classifier = LinearClassifier(model)
    classifier.predict([""], k=1)  # compiles what is not on the disk, before somebody waits for it
    return classifier
