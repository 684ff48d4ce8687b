"""A classifier that takes posts as users write them, and what it suggests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.text import Post, normalise
from core.training.classifier import Classifier, Predictions


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One subreddit and the probability that the model gives it, in [0, 1]."""

    subreddit: str
    probability: float


class Model(Protocol):
    """Whether in this process or in a worker process."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every subreddit that it can name, sorted."""

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""

    def predict(self, posts: Sequence[Post], *, k: int) -> Predictions:
        """The first ``k`` labels of each post."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A classifier in this process."""

    classifier: Classifier
    alive: bool = True

    @property
    def labels(self) -> tuple[str, ...]:
        return self.classifier.labels

    def predict(self, posts: Sequence[Post], *, k: int) -> Predictions:
        """See :class:`Model`."""
        return self.classifier.predict([normalise(*post) for post in posts], k=k)
