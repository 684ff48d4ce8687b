"""A model in a process of its own.

fastText holds Python's lock while it reads a model, for half a second where that has 150 MB, and
while it predicts. In a process beside the server it holds nobody up; its memory goes back to the
system when it ends, and what ends it ends nothing else.

The process is a command, not one of :mod:`multiprocessing`: those begin by running the main module
of whoever starts them, and under Streamlit that is the page. It ends when the other end of its pipe
is closed, by whatever: the last reference, Python's end, ``kill -9``.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe

from core.errors import UnavailableError
from core.processes import starting_processes
from core.serving.model import LocalModel, Text
from core.training.classifier import Classifier, Predictions

SECONDS = 300
"""How long loading, or one answer, may take before the process counts as stuck."""


class ProcessModel:
    """A classifier that another process has loaded. The process ends with the last reference.

    Safe to use from several threads: they are answered one after the other.

    Args:
        load: gives the classifier; pickled, and called there.

    Raises:
        UnavailableError: it could not be loaded.
    """

    def __init__(self, load: Callable[[], Classifier]) -> None:
        self._connection, theirs = Pipe()
        self._lock = threading.Lock()
        with theirs:
            self._process = _start(theirs.fileno())
        # Whoever drops the last reference does not wait for the process, but somebody has to.
        threading.Thread(target=self._process.wait, name="model", daemon=True).start()
        with suppress(OSError):  # it has ended already, which is heard next
            self._connection.send(load)
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
        return self._process.poll() is None

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


def run(number: int) -> None:
    """All that the process does.

    Args:
        number: of the file that is its end of the pipe.
    """
    with suppress(EOFError, OSError), Connection(number) as connection:
        _answer(connection, connection.recv())


def _start(number: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "core.serving.model_process", str(number)]
    try:
        with starting_processes():
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, pass_fds=[number])
    except OSError as error:
        raise UnavailableError(
            f"No process can be started for the model: {error.strerror or error}",
            "If memory ran out, end other programs.",
        ) from error


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
