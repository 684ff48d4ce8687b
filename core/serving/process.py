"""A model in a process of its own.

fastText holds Python's lock while it reads a model, for half a second where that has 150 MB, and
while it predicts. In a process beside the server it holds nobody up; its memory goes back to the
system when it ends, and what ends it ends nothing else.
"""

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize

from core.errors import UnavailableError
from core.processes import starting_processes
from core.serving.suggest import LocalModel, Text
from core.training.classifier import Classifier, Predictions

SECONDS = 300
"""How long loading, or one answer, may take before the process counts as stuck."""
if sys.platform == "win32":
    _context = multiprocessing.get_context("spawn")
else:
    _context = multiprocessing.get_context("forkserver")
    # Loaded once, in a process without threads; each classifier's process is a fork of that.
    _context.set_forkserver_preload(["core.serving.process", "fasttext"])


class ProcessModel:
    """A classifier that another process has loaded. The process ends with the last reference.

    Safe to use from several threads: they are answered one after the other.

    Args:
        load: gives the classifier; called there.

    Raises:
        UnavailableError: it could not be loaded.
    """

    def __init__(self, load: Callable[[], Classifier]) -> None:
        ours, theirs = _context.Pipe()
        self._connection, self._lock = ours, threading.Lock()
        with starting_processes():
            self._process = _context.Process(target=_answer, args=(theirs, load), daemon=True)
            self._process.start()
        theirs.close()
        # Also when Python ends, before it waits for its processes: they go on until they hear it.
        Finalize(self, ours.close, exitpriority=10)
        said = self._hear()
        if not isinstance(said, tuple):
            raise UnavailableError(
                f"The model cannot be loaded: {said}", "Restore its file from a backup."
            )
        self._labels: tuple[str, ...] = said

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def alive(self) -> bool:
        """Whether its process is there; one that ended does not come back."""
        alive: bool = self._process.is_alive()
        return alive

    def predict(self, posts: Sequence[Text], *, k: int) -> Predictions:
        """See :class:`core.serving.suggest.Model`. There the posts are normalised, too.

        Raises:
            UnavailableError: the process was killed, or does not answer.
        """
        with self._lock:
            try:
                self._connection.send((posts, k))
            except OSError as error:
                raise _gone() from error
            said = self._hear()
        if not isinstance(said, Predictions):
            raise UnavailableError(f"The model cannot predict: {said}", "Roll production back.")
        return said

    def _hear(self) -> object:
        try:
            if self._connection.poll(SECONDS):
                return self._connection.recv()
        except (EOFError, OSError) as error:
            raise _gone() from error
        self._process.kill()
        raise _gone()


def _gone() -> UnavailableError:
    return UnavailableError(
        "The process that holds the model was ended, or does not answer",
        "It is started anew within seconds; if memory ran out, end other programs.",
    )


def _answer(connection: Connection, load: Callable[[], Classifier]) -> None:
    """Load, then predict until the other end is closed. Signals are for the server, which still
    has requests to answer when it hears one.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        model = LocalModel(load())
    except Exception as error:  # noqa: BLE001 - told on the other side, whatever it is
        connection.send(f"{type(error).__name__}: {error}")
        return
    connection.send(model.labels)
    while True:
        try:
            posts, k = connection.recv()
        except EOFError:
            return
        try:
            connection.send(model.predict(posts, k=k))
        except Exception as error:  # noqa: BLE001
            connection.send(f"{type(error).__name__}: {error}")
