"""Something that is asked in a process of its own.

Python's threads take turns; a server's must not wait while another reads a model, predicts, or
writes rows. A worker process holds nobody up, its memory goes back to the system when it ends,
and what ends it ends nothing else.

The process is a command, not one of :mod:`multiprocessing`: those begin by running the main module
of whoever starts them, and under Streamlit that is the page. It ends when the other end of its pipe
is closed, by whatever: the last reference, Python's end, ``kill -9``.
"""

import gc
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from typing import Generic, TypeVar, cast

from core.errors import UnavailableError
from core.processes import python_words, starting_processes

Q = TypeVar("Q")
A = TypeVar("A")


class WorkerError(Exception):
    """What went wrong in the process, as a sentence."""


class WorkerProcess(Generic[Q, A]):
    """A process that holds what ``make`` gives. It ends with the last reference.

    Safe to use from several threads: they are answered one after the other.

    Args:
        make: gives what answers; pickled, and called there, as each question and answer is.

    Raises:
        UnavailableError: no process can be started.
    """

    def __init__(self, make: Callable[[], Callable[[Q], A]]) -> None:
        with _explained():
            self._connection, theirs = Pipe()
        self._lock = threading.Lock()
        # Answers that come before that to the next question; the first says whether it was made.
        self._late, self._made = 1, False
        with theirs:
            self.process = _start(theirs.fileno())
        # Whoever drops the last reference does not wait for the process, but somebody has to.
        threading.Thread(target=self.process.wait, name="worker process", daemon=True).start()
        with suppress(OSError):  # it has ended already, which is heard next
            self._connection.send(make)

    @property
    def alive(self) -> bool:
        """Whether the process is there; one that ended does not come back."""
        return self.process.poll() is None

    def ask(self, question: Q, *, seconds: float) -> A:
        """The answer.

        Raises:
            TimeoutError: none came in time. The process goes on, and its answer is lost.
            UnavailableError: the process has ended.
            WorkerError: it could not answer, or not even be made.
        """
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=max(0.0, seconds)):
            raise TimeoutError
        try:
            while self._late:
                self._skip(until)
            self._say(question, until)
            return self._hear(until)
        except TimeoutError:
            raise
        except (EOFError, OSError) as error:
            raise _gone() from error
        finally:
            self._lock.release()

    def _say(self, question: Q, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError  # else it would do what nobody hears of
        _send_within(self._connection, left)
        try:
            self._connection.send(question)
        except BlockingIOError:
            self.process.kill()  # it has half of the question, and was stopped
            raise TimeoutError from None
        self._late = 1

    def _skip(self, until: float) -> None:
        try:
            self._hear(until)
        except WorkerError:
            if not self._made:
                raise
        self._made = True

    def _hear(self, until: float) -> A:
        if not self._connection.poll(max(0.0, until - time.monotonic())):
            raise TimeoutError
        could, said = self._connection.recv()
        self._late -= 1
        if not could:
            raise WorkerError(said)
        return cast("A", said)


def run(number: int) -> None:
    """All that the process does.

    Args:
        number: of the file that is its end of the pipe.
    """
    # Signals are for the server, which still has requests to answer when it hears one.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    with suppress(EOFError, OSError), Connection(number) as connection:
        _answer(connection)


def _answer(connection: Connection) -> None:
    try:
        answer = connection.recv()()
    except Exception as error:  # noqa: BLE001 - reported on the other side, whatever it is
        connection.send((False, _described(error)))
        return
    gc.freeze()  # it stays, and need not be looked through for garbage
    connection.send((True, None))
    while True:
        question = connection.recv()
        try:
            said = True, answer(question)
        except Exception as error:  # noqa: BLE001
            said = False, _described(error)
        connection.send(said)


def _send_within(connection: Connection, seconds: float) -> None:
    """What is longer than the pipe has to be read meanwhile: BlockingIOError after so long."""
    whole = int(seconds)
    timeval = struct.pack("@ll", whole, int((seconds - whole) * 1e6) or 1)
    end = socket.socket(fileno=connection.fileno())
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
    finally:
        end.detach()


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _start(number: int) -> subprocess.Popen[bytes]:
    words = python_words("core.serving.worker_main", str(number))
    with _explained(), starting_processes():
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, pass_fds=[number])


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"No worker process can be started: {error.strerror or error}",
            "If memory ran out, or too many files are open, close other programs.",
        ) from error


def _gone() -> UnavailableError:
    return UnavailableError(
        "A worker process of the server was stopped",
        "It restarts within seconds. If memory ran out, close other programs.",
    )
