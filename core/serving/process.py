"""A model in a process of its own.

fastText holds Python's lock while it reads a model, for half a second where that has 150 MB, and
while it predicts. There the posts are normalised, too.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from core.errors import UnavailableError
from core.serving.model import LocalModel
from core.serving.worker import WorkerError, WorkerProcess
from core.text import Post
from core.training.classifier import Classifier, Predictions

LOAD_SECONDS, ANSWER_SECONDS = 300.0, 60.0
"""How long loading and one answer may take before the process counts as stuck."""
_Question = tuple[Sequence[Post], int] | None
"""Posts and k; None: which labels are there?"""
_Answer = Predictions | tuple[str, ...]


class ProcessModel:
    """A :class:`core.serving.model.Model` that another process has loaded.

    Args:
        load: gives the classifier; pickled, and called there.

    Raises:
        UnavailableError: it could not be loaded.
    """

    def __init__(self, load: Callable[[], Classifier]) -> None:
        self._worker: WorkerProcess[_Question, _Answer] = WorkerProcess(partial(_model, load))
        try:
            self._labels: tuple[str, ...] = self._ask(None, LOAD_SECONDS)
        except WorkerError as error:
            raise UnavailableError(
                f"The model cannot be loaded: {error}", "Restore its file from a backup."
            ) from error

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def alive(self) -> bool:
        """Whether its process is there; one that ended does not come back."""
        return self._worker.alive

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._worker.process.pid

    def predict(self, posts: Sequence[Post], *, k: int) -> Predictions:
        """See :class:`core.serving.model.Model`.

        Raises:
            UnavailableError: the process was killed, or does not answer.
        """
        try:
            said: Predictions = self._ask((posts, k), ANSWER_SECONDS)
        except WorkerError as error:
            raise UnavailableError(
                f"The model cannot predict: {error}", "Roll production back to the version before."
            ) from error
        return said

    def _ask(self, question: _Question, seconds: float) -> Any:
        try:
            return self._worker.ask(question, seconds=seconds)
        except TimeoutError as error:
            self._worker.process.kill()
            raise UnavailableError(
                "The process that holds the model does not answer",
                "It restarts within seconds.",
            ) from error


def _model(load: Callable[[], Classifier]) -> Callable[[_Question], _Answer]:
    """What the process holds."""
    model = LocalModel(load())
    return lambda asked: model.labels if asked is None else model.predict(asked[0], k=asked[1])
