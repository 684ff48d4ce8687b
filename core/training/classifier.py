"""What Signoff asks of a model, whatever its family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.progress import Progress

if TYPE_CHECKING:  # a process that holds a model needs no snapshot
    from core.snapshots.content import SplitData

MAX_VALUE = 2**31
"""No parameter reaches it."""
ABSENT = -1
"""In :class:`Predictions`: the model has no k-th label to give."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """The first k labels of each of n posts, most probable first.

    ``labels`` (int32, shape (n, k)) indexes the classifier's ``labels``, :data:`ABSENT` where the
    model gave fewer than k; ``probabilities`` (float32, shape (n, k)) lie in [0, 1], 0 there.
    """

    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]

    @classmethod
    def none(cls, posts: int, k: int) -> "Predictions":
        """No label for any post."""
        shape = (posts, k)
        return cls(np.full(shape, ABSENT, dtype=np.int32), np.zeros(shape, dtype=np.float32))


class Classifier(Protocol):
    """A trained model."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every subreddit that the model can name, sorted."""

    def predict(self, lines: Sequence[str], *, k: int) -> Predictions:
        """The first ``k`` labels of each normalised line."""


class Family(Protocol):
    """One kind of classifier: how it is configured, trained and loaded.

    To add a family, write one file with an object of this shape and name it in ``families.py``.
    """

    name: str
    suffix: str
    """Of the model file."""
    version: int
    """Raised where the same posts, parameters and seed come to give another model: noise that was
    measured before tells nothing of it."""

    def parameters(self, given: Mapping[str, str]) -> dict[str, Any]:
        """All parameters, the given ones checked and converted, the rest by default.

        Raises:
            InputError: unknown parameter, or a value that it cannot take.
        """

    def fit(
        self,
        train: "SplitData",
        model: Path,
        *,
        params: Mapping[str, Any],
        seed: int,
        threads: int,
        progress: Progress,
    ) -> None:
        """Train on ``train`` and write the model file, whole or not at all.

        With ``threads=1`` the same data, parameters and seed give the same bytes.
        """

    def load(self, model: Path) -> Classifier:
        """Read a model file that :meth:`fit` wrote."""


def convert(
    given: Mapping[str, str], defaults: Mapping[str, Any], choices: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Parameters from their text: each of the type of its default, within its choices.

    Raises:
        InputError: unknown name, or a value of another type, not positive, or no choice.
    """
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        raise InputError(
            f"The model has no parameter {', '.join(unknown)}",
            f"Its parameters are {', '.join(sorted(defaults))}.",
        )
    values = dict(defaults)
    for name, text in given.items():
        if name in choices:
            if text not in choices[name]:
                raise InputError(f"{name} cannot be {text!r}", f"Give {', '.join(choices[name])}.")
            values[name] = text
            continue
        kind = type(defaults[name])
        try:
            values[name] = kind(text)
        except ValueError:
            word = "a whole number" if kind is int else "a number"
            raise InputError(f"{name} cannot be {text!r}", f"Give {word}.") from None
        # fastText keeps whole numbers in 32 bits. Not a number is not within bounds either.
        if not 0 <= values[name] < MAX_VALUE or (kind is float and not values[name]):
            raise InputError(
                f"{name} cannot be {text}", f"Give a positive number below {MAX_VALUE:,}."
            )
    return values
