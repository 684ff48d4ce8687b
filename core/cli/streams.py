"""stdout and stderr of a command: writing to them never fails, so it never changes an exit code.

A stream that is full, closed, or whose reader has gone takes nothing more, and what could not be
shown is told at the end. One that is not UTF-8 gets signs that it knows in the place of others.
Nothing is loaded here that takes time: this stands before all else.
"""

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

_KEPT = 10_000
"""Characters of what was written that are kept, to be shown in another place."""
_CLOSED = "it is closed"
_LOOKALIKES = "signoff.lookalikes"
_ASCII = {
    "–": "-",
    "−": "-",
    "±": "+/-",
    "·": "-",
    "…": "...",
    "│": "|",
    "█": "#",
    "✓": "ok",
    "✗": "x",
    "▲": "^",
    "▼": "v",
    "“": '"',
    "”": '"',
    "→": "->",
    "≥": ">=",
    "≤": "<=",
}
"""Signs of Signoff's own, as another encoding has them."""


class Stream:
    """A stream that never fails.

    Attributes:
        failure: why it took nothing more, in words; None while it works.
    """

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner
        self._kept: list[str] = []
        self._room = _KEPT
        self.failure: str | None = None
        self.reader_left = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, text: str) -> int:
        """Write ``text``, if the stream still takes any."""
        self._keep(text)
        if self.failure is None:
            with self._failing():
                self._inner.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each line; the rest is not even made once nobody takes any."""
        for line in lines:
            self.write(line)
            if self.failure is not None:
                return

    def flush(self) -> None:
        """Have the system take what was written."""
        if self.failure is None:
            with self._failing():
                self._inner.flush()

    @property
    def kept(self) -> str:
        """The beginning of what was written."""
        return "".join(self._kept)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # of a file object that was closed: ValueError
            self.reader_left = isinstance(error, BrokenPipeError)
            self.failure = getattr(error, "strerror", None) or _CLOSED
            self._give_up()

    def _keep(self, text: str) -> None:
        self._kept.append(text[: self._room])
        self._room -= len(self._kept[-1])

    def _give_up(self) -> None:
        """What waits in buffers would fail once more as Python ends, and change the exit code."""
        if isinstance(self._inner, _Closed):
            return
        with suppress(OSError, ValueError):
            number = self._inner.fileno()
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, number)
            os.close(nothing)


class _Closed(io.StringIO):
    """Stands where the caller has closed a stream, for which Python has nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def fileno(self) -> int:
        """Of the file that takes everything, see :func:`_fill_gaps`."""
        return self._number

    def write(self, text: str) -> int:
        if text:
            raise OSError(errno.EBADF, _CLOSED)
        return 0


class Output:
    """What a command says, and whether that is all it does.

    Attributes:
        acts: the command does more than show something.
        not_repeated: what to do if the output could not be shown and holds a secret, which must not
            stand anywhere else; else empty.
    """

    def __init__(self, out: Stream, err: Stream) -> None:
        self._out, self._err = out, err
        self.acts = False
        self.not_repeated = ""

    def ended(self, code: int) -> int:
        """The exit code of a command that ended with ``code``; tells what was not shown.

        A command that only looks has failed if it could not show what it found: 1 instead of 0. If
        its reader has seen enough (``| head``), that is no failure.
        """
        self._out.flush()
        if self._out.failure is not None and (self.acts or not self._out.reader_left):
            self._err.write("".join(f"{line}\n" for line in self._unshown(code)))
        self._err.flush()
        failed = self._out.failure is not None and not self._out.reader_left
        return 1 if failed and not self.acts and code == 0 else code

    def _unshown(self, code: int) -> list[str]:
        why = f"output could not be written to stdout ({self._out.failure})."
        if not self.acts:
            return [f"The {why} Nothing was changed. Send it elsewhere."]
        done = f"Done, but the {why}" if code == 0 else f"The {why}"
        if self.not_repeated:
            return [f"{done} It holds a secret, so it is not repeated here. {self.not_repeated}"]
        said = self._out.kept.rstrip("\n")
        if self._out.reader_left or not said:
            return [done]
        return [f"{done} It was:", said]


@contextmanager
def guarded() -> Iterator[Output]:
    """Meanwhile, stdout and stderr are streams that never fail."""
    global _output  # noqa: PLW0603 - a process runs one command at a time
    _fill_gaps()
    codecs.register_error(_LOOKALIKES, _lookalike)
    before = sys.stdin, sys.stdout, sys.stderr
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for the whole process
    out, err = _stream(before[1], 1), _stream(before[2], 2)
    sys.stdout, sys.stderr = out, err
    _output = Output(out, err)
    try:
        yield _output
    finally:
        out.flush()
        sys.stdin, sys.stdout, sys.stderr = before


def output() -> Output:
    """Of the command that runs; where none does, of nobody."""
    return _output


def takes_all(stream: Any) -> bool:
    """Whether a stream has every character."""
    try:
        "–\U0001f600".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _stream(stream: TextIO | None, number: int) -> Stream:
    if stream is None:
        return Stream(_Closed(number))
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_LOOKALIKES)
    return Stream(stream)


def _fill_gaps() -> None:
    """Open 0, 1 and 2 where the caller has closed them: else a file that is opened later, such as
    the database, has the number of stdout, and a library that prints writes into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number is free


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    failed = error.object[error.start : error.end]
    like = (_ASCII.get(c) or c.encode("ascii", "backslashreplace").decode() for c in failed)
    return "".join(like), error.end


_output = Output(Stream(io.StringIO()), Stream(io.StringIO()))
