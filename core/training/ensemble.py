"""Several models that answer as one: the weighted mean of their probabilities.

The file names its members by their digests, so that a signature on it is one on all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from core.arrays import Floats
from core.errors import RefusedError
from core.training.calibration import NAMELESS, Curve
from core.training.classifier import ABSENT, Classifier, Predictions

if TYPE_CHECKING:  # a process that holds a model needs no snapshot
    from core.snapshots.content import SplitData

NAME = "ensemble"
SUFFIX = ".json"
FORMAT = 1
DEPTH = 64
"""Labels of a member that count; any other has the probability 0 there."""
BATCH = 1_024
"""Lines predicted at once."""
SMALLEST = 1e-6
"""A member's probability for the right label counts as this at least, when weights are chosen."""
STEPS = 200


@dataclass(frozen=True, slots=True)
class Member:
    """A model of an ensemble: its family, and the digest of its file."""

    family: str
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file says. ``weights`` sum to 1; ``curve``: None if it is not calibrated."""

    members: tuple[Member, ...]
    weights: tuple[float, ...]
    curve: Curve | None = None

    def to_bytes(self) -> bytes:
        """The same for the same ensemble."""
        curve = self.curve
        about = {
            "format": FORMAT,
            "members": [[member.family, member.digest] for member in self.members],
            "weights": self.weights,
            "curve": None if curve is None else [curve.said.tolist(), curve.right.tolist()],
        }
        return orjson.dumps(about, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """What :meth:`to_bytes` gave.

        Raises:
            RefusedError: another version of Signoff wrote it.
        """
        about: Mapping[str, Any] = orjson.loads(path.read_bytes())
        if about["format"] != FORMAT:
            raise RefusedError(
                f"The ensemble has format {about['format']}, but this Signoff reads {FORMAT}",
                "Make the ensemble with this Signoff.",
            )
        return cls(
            members=tuple(Member(*member) for member in about["members"]),
            weights=tuple(about["weights"]),
            curve=None if about["curve"] is None else Curve(*map(np.array, about["curve"])),
        )


class EnsembleClassifier:
    """Loaded members that answer as one."""

    def __init__(
        self, members: Sequence[Classifier], weights: Sequence[float], curve: Curve | None = None
    ) -> None:
        self._members, self._weights, self._curve = members, weights, curve
        self._labels = tuple(sorted({label for member in members for label in member.labels}))
        place = {label: index for index, label in enumerate(self._labels)}
        self._places = [np.array([place[label] for label in m.labels]) for m in members]

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`."""
        said = Predictions.none(len(lines), k)
        for start in range(0, len(lines), BATCH):
            some = slice(start, start + BATCH)
            best = Predictions.best(self._mean(lines[some]), k)
            said.labels[some], said.probabilities[some] = best.labels, best.probabilities
        return said if self._curve is None else self._curve.applied(said)

    def _mean(self, lines: Sequence[str]) -> Floats:
        mean = np.zeros((len(lines), len(self._labels)))
        for member, places, weight in zip(self._members, self._places, self._weights, strict=True):
            said = member.predict(lines, k=min(DEPTH, len(places)))
            rows, columns = np.nonzero(said.labels != ABSENT)
            where = places[said.labels[rows, columns]]
            mean[rows, where] += weight * said.probabilities[rows, columns]
        # Rounding must not lift a sum above 1, nor what a member says of one label.
        return np.minimum(mean, 1) * (1 - 1e-9)


def load(path: Path, members: Sequence[Classifier]) -> EnsembleClassifier:
    """The ensemble of a file, of its loaded members."""
    manifest = Manifest.read(path)
    return EnsembleClassifier(members, manifest.weights, manifest.curve)


def of_truth(member: Classifier, posts: "SplitData") -> Floats:
    """The probability that a model gives to the label of each post, shape (n,)."""
    place = {label: index for index, label in enumerate(member.labels)}
    names = np.array([place.get(label, NAMELESS) for label in posts.labels], dtype=np.int32)
    k, given = min(DEPTH, len(member.labels)), [np.zeros(0)]
    for start in range(0, len(posts), BATCH):
        some = slice(start, start + BATCH)
        said = member.predict(posts.lines[some], k=k)
        right = said.labels == names[posts.label[some]][:, None]
        given.append(np.where(right, said.probabilities, 0).sum(axis=1, dtype=np.float64))
    return np.concatenate(given)


def best_weights(probabilities: Floats) -> Floats:
    """The weights whose mean gives the right labels the highest likelihood, shape (m,).

    By expectation maximisation of a mixture with known components (Dempster, Laird & Rubin 1977),
    which has one maximum.

    Args:
        probabilities: that each of m models gives to the right label of n posts, shape (m, n).
    """
    sound = np.maximum(probabilities, SMALLEST)
    weights = np.full(len(sound), 1 / len(sound))
    for _ in range(STEPS):
        shares = weights[:, None] * sound
        weights = (shares / shares.sum(axis=0)).mean(axis=1)
    return weights
