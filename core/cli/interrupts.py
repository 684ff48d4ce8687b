"""Ctrl-C while modules load, which takes seconds. Nothing is loaded here that takes time."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells know it. So does Typer."""
_SAID = b"Interrupted. Nothing had begun.\n"


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """Meanwhile, Ctrl-C ends the process with one sentence: nothing has begun that would have to be
    ended, and in the middle of an import an exception may be lost, or become another one.

    Where Ctrl-C is heard by nobody, or by somebody else, that stays so.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, _SAID)
    os._exit(INTERRUPTED)
