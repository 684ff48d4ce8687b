"""Several models that answer as one: the weighted geometric mean of their probabilities.

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
from core.training.classifier import Classifier, Predictions

if TYPE_CHECKING:  # a process that holds a model needs no snapshot
    from core.snapshots.content import SplitData

NAME = "ensemble"
SUFFIX = ".json"
FORMAT = 2
DEPTH = 64
"""Labels that a member names; any other gets an equal share of the rest there."""
BATCH = 1_024
"""Lines predicted at once."""
SMALLEST = 1e-6
"""What a member says of a label counts as this at least: no member alone can rule one out."""
WEIGHED = 5_000
"""Posts that weights are fitted on, at most."""


@dataclass(frozen=True, slots=True)
class Member:
    """A model of an ensemble: its family, and the digest of its file."""

    family: str
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file says. ``curve``: None if it is not calibrated."""

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
        self._weights, self._curve = np.array(weights), curve
        self._labels = tuple(sorted({label for member in members for label in member.labels}))
        self._members = [Voice(member, self._labels) for member in members]

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """See :class:`core.training.classifier.Classifier`."""
        said = Predictions.none(len(lines), k)
        for start in range(0, len(lines), BATCH):
            some = slice(start, start + BATCH)
            logs = np.stack([member.logs(lines[some]) for member in self._members])
            best = Predictions.best(averaged(logs, self._weights), k)
            said.labels[some], said.probabilities[some] = best.labels, best.probabilities
        return said if self._curve is None else self._curve.applied(said)


class Voice:
    """What one member has to say of all the labels that an ensemble has."""

    def __init__(self, member: Classifier, labels: Sequence[str]) -> None:
        place = {label: index for index, label in enumerate(labels)}
        self._member, self._size = member, len(labels)
        self._places = np.array([place[label] for label in member.labels])

    def logs(self, lines: Sequence[str]) -> Floats:
        """The logarithm of the probability of each label, shape (lines, labels).

        What the member leaves of 1 is shared by the labels that it does not name, none of which
        gets more than one that it does.
        """
        from core.training.opinions import opinions  # compiled when a model is loaded

        said = self._member.predict(lines, k=min(DEPTH, len(self._places)))
        given = np.empty((len(lines), self._size))
        opinions(said.labels, said.probabilities, self._places, given, SMALLEST)
        return np.log(given, out=given)


def averaged(logs: Floats, weights: Floats) -> Floats:
    """The weighted geometric mean of probabilities, brought to the sum 1, shape (n, labels).

    A logarithmic opinion pool (Genest & Zidek 1986, "Combining Probability Distributions"): on the
    real posts it has more of the right labels among the first five than the arithmetic mean.

    Args:
        logs: of what each member says, shape (members, n, labels).
        weights: of the members, shape (members,).
    """
    scores = np.tensordot(weights, logs, axes=1)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    # Rounding must not lift the sum above 1.
    return np.asarray(odds / odds.sum(axis=1, keepdims=True) * (1 - 1e-6))


def load(path: Path, members: Sequence[Classifier]) -> EnsembleClassifier:
    """The ensemble of a file, of its loaded members."""
    manifest = Manifest.read(path)
    classifier = EnsembleClassifier(members, manifest.weights, manifest.curve)
    classifier.predict([""], k=1)  # compiles what is not on the disk, before somebody waits for it
    return classifier


def best_weights(members: Sequence[Classifier], posts: "SplitData") -> list[float]:
    """The weights, none below 0, with which the right labels of these posts are most likely.

    They are those of a multinomial logistic regression on the logarithms, which has one maximum.
    They need not sum to 1: together, they also say how certain the mean should be. Without a post
    whose label a member can name, all count the same. Of more than :data:`WEIGHED` posts, so many
    are used.
    """
    from scipy.optimize import minimize  # costs a process that only predicts 0.2 s

    alike = np.full(len(members), 1 / len(members))
    labels = sorted({label for member in members for label in member.labels})
    place = {label: index for index, label in enumerate(labels)}
    names = np.array([place.get(label, NAMELESS) for label in posts.labels], dtype=np.int64)
    known = np.flatnonzero(names[posts.label] != NAMELESS)
    if not len(known):
        return list(alike)
    chosen = known[:: -(-len(known) // WEIGHED)]
    lines = [posts.lines[post] for post in chosen]
    logs = np.stack([Voice(member, labels).logs(lines) for member in members])
    at = np.arange(len(chosen)), names[posts.label[chosen]]
    right = logs[:, *at]

    def loss(weights: Floats) -> tuple[float, Floats]:
        said = averaged(logs, weights)
        expected = np.einsum("nl,mnl->mn", said, logs)
        return -float(np.log(said[at]).mean()), (expected - right).mean(axis=1)

    found = minimize(loss, alike, jac=True, bounds=[(0, None)] * len(members))
    return [float(weight) for weight in found.x]
