"""What Signoff asks of a model, whatever its family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.arrays import Int32s
from core.progress import Progress
from core.training.parameters import Parameter

if TYPE_CHECKING:  # a process that holds a model needs no snapshot
    from core.snapshots.content import SplitData

ABSENT = -1
"""In :class:`Predictions`: the model has no k-th label to give."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """The first k labels of each of n posts, most probable first.

    ``labels`` (int32, shape (n, k)) indexes the classifier's ``labels``, :data:`ABSENT` where the
    model gave fewer than k; ``probabilities`` (float32, shape (n, k)) lie in [0, 1], 0 there. Of
    equal probabilities, the label with the smaller index is first, in every family.
    """

    labels: Int32s
    probabilities: NDArray[np.float32]

    @classmethod
    def none(cls, posts: int, k: int) -> "Predictions":
        """No label for any post."""
        shape = (posts, k)
        return cls(np.full(shape, ABSENT, dtype=np.int32), np.zeros(shape, dtype=np.float32))

    @classmethod
    def best(cls, probabilities: NDArray[np.floating], k: int) -> "Predictions":
        """The ``k`` most probable labels of each post.

        Args:
            probabilities: of all labels, in their order, shape (n, labels).
        """
        from core.training.choosing import choose  # not every process that predicts needs Numba

        said = cls.none(len(probabilities), k)
        choose(np.asarray(probabilities, dtype=np.float32), said.labels, said.probabilities)
        return said

    def ordered(self, k: int) -> "Predictions":
        """The first ``k`` of these, in the order that they should have."""
        last = np.where(self.labels == ABSENT, np.iinfo(np.int32).max, self.labels)
        order = np.lexsort((last, -self.probabilities), axis=-1)[:, :k]
        return Predictions(
            np.take_along_axis(self.labels, order, axis=1),
            np.take_along_axis(self.probabilities, order, axis=1),
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a training has to say of itself, recorded with its metrics.

    ``measured``: numbers by name. ``calibrated_on`` says that the probabilities were calibrated on
    ``calibration``; an evaluation then judges them on other posts.
    ``note``: where it had to do otherwise than it was told, as a sentence; empty where it had not.
    """

    measured: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


class Classifier(Protocol):
    """A trained model."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every subreddit that the model can name, sorted."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """The first ``k`` labels of each normalised line."""


class Kind(Protocol):
    """What every kind of model has, also one that is not trained here."""

    @property
    def name(self) -> str: ...

    @property
    def packages(self) -> tuple[str, ...]:
        """Distributions whose version can change what it makes; recorded with executions."""

    @property
    def memory_hint(self) -> str:
        """What to do where memory runs out, as part of a sentence: ``train with a lower dim``."""


class Family(Kind, Protocol):
    """One kind of classifier: how it is configured, trained and loaded.

    To add a family, write one file with an object of this shape and name it in ``families.py``, or
    bring it in a package of your own (docs/models.md).
    """

    suffix: str
    """Of the model file."""
    version: int
    """Raised where the same posts, parameters and seed come to give another model: noise that was
    measured before tells nothing of it."""

    varies: str
    """What the seed decides, as part of a sentence: ``the order in which posts are read``."""
    parameters: tuple[Parameter, ...]
    """What can be chosen, besides seed and threads."""

    def check(self, params: Mapping[str, Any]) -> None:
        """Refuse values that are fine one by one, but not together.

        Raises:
            InputError: they do not go together.
        """

    def settle(self, params: Mapping[str, Any], *, posts: int, labels: int) -> dict[str, Any]:
        """The values to train with: each None is replaced by one that fits the size."""

    def fit(
        self,
        train: "SplitData",
        model: Path,
        *,
        calibration: "SplitData",
        params: Mapping[str, Any],
        seed: int,
        threads: int,
        unfinished: Path,
        progress: Progress,
    ) -> Fitted:
        """Train on ``train`` and write the model file, whole or not at all.

        ``calibration`` are later posts, for nothing but the probabilities to be measured on
        (:mod:`core.training.calibration`); there may be none. ``unfinished`` is a folder for what
        is done so far: after a kill, the same training of the same posts finds it there again.

        With ``threads=1`` the same data, parameters and seed give the same bytes.
        """

    def load(self, model: Path) -> Classifier:
        """Read a model file that :meth:`fit` wrote."""
