"""How long work tells where it is. Core never prints: the caller decides what to draw."""

from typing import Protocol


class Progress(Protocol):
    """Called now and then, from the calling thread, with what is done so far."""

    def __call__(self, step: str, done: float, total: float | None) -> None:
        """``step`` names the work, ``done`` of ``total`` units; ``total`` None: not known."""


def silent(step: str, done: float, total: float | None) -> None:
    """The default: nobody watches."""
