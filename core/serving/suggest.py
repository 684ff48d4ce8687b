"""What a released version says to a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError, NotFoundError
from core.hints import Command, Hint
from core.release.aliases import version_of
from core.release.released import released_model
from core.serving.model import LocalModel, Model, Suggestion
from core.store import Store
from core.text import Post, is_empty
from core.training.classifier import ABSENT
from core.training.load import load

TOP = 5
"""How many subreddits are suggested where nobody says."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Suggester:
    """A loaded version."""

    version: str
    model: Model

    def suggest(
        self, title: str, body: str = "", domain: str = "", *, k: int = TOP
    ) -> list[Suggestion]:
        """The first ``k`` subreddits for a post, most probable first.

        Raises:
            InputError: neither title nor text says anything.
        """
        if is_empty(title, body):
            raise InputError("There is no text", "Write a title.")
        return self.suggest_many([Post(title, body, domain)], k=k)[0]

    def suggest_many(self, posts: Sequence[Post], *, k: int = TOP) -> list[list[Suggestion]]:
        """The same for several posts at once.

        They were checked where they came in, as the API does with the place of an empty one; the
        model normalises them.
        """
        said = self.model.predict(posts, k=k)
        names = self.model.labels
        return [
            [
                Suggestion(names[label], probability)
                for label, probability in zip(labels, probabilities, strict=True)
                if label != ABSENT
            ]
            for labels, probabilities in zip(
                said.labels.tolist(), said.probabilities.tolist(), strict=True
            )
        ]


def load_version(store: Store, version: str) -> Suggester:
    """The model of a version, as it was approved, ready to suggest."""
    return Suggester(version, LocalModel(load(store, released_model(store, version))))


def load_alias(store: Store, alias: str) -> Suggester:
    """What ``alias`` names now.

    Raises:
        NotFoundError: it names nothing yet.
    """
    version = version_of(store, alias)
    if version is None:
        raise NotFoundError(
            f"The alias {alias!r} does not name a version yet",
            Hint(
                "Approve a candidate, then set the alias.", Command("alias set", alias, "VERSION")
            ),
        )
    return load_version(store, version.version)
