"""What a released version says to a text."""

from dataclasses import dataclass

from core.errors import InputError, NotFoundError
from core.release.aliases import version_of
from core.store import Store
from core.text import normalise
from core.training.classifier import ABSENT, Classifier
from core.training.train import load, of_execution


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One subreddit and the probability that the model gives it, in [0, 1]."""

    subreddit: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggester:
    """A loaded version."""

    version: str
    classifier: Classifier

    def suggest(self, title: str, body: str = "", *, k: int = 5) -> list[Suggestion]:
        """The first ``k`` subreddits for a post, most probable first.

        Raises:
            InputError: neither title nor text says anything.
        """
        line = normalise(title, body)
        if not line:
            raise InputError("There is no text", "Write a title.")
        said = self.classifier.predict([line], k=k)
        return [
            Suggestion(self.classifier.labels[label], float(probability))
            for label, probability in zip(said.labels[0], said.probabilities[0], strict=True)
            if label != ABSENT
        ]


def load_version(store: Store, version: str, candidate: int) -> Suggester:
    """The verified model of a version, ready to suggest."""
    return Suggester(version, load(store, of_execution(store, candidate)))


def load_alias(store: Store, alias: str) -> Suggester:
    """What ``alias`` names now.

    Raises:
        NotFoundError: it names nothing yet.
    """
    version = version_of(store, alias)
    if version is None:
        raise NotFoundError(
            f"The alias {alias!r} names no version yet",
            f"Approve a candidate, then: signoff alias set {alias} VERSION.",
        )
    return load_version(store, version.version, version.candidate)
