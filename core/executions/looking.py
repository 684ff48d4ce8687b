"""Finding out what would be run, by doing everything but running it.

A function that gives the earlier execution back, where there is one, tells in this way whether it
would: it is called, and where it would begin to run, it ends with :class:`WouldRunError`. So there
is no second place that decides what is reused.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from core.access.transactions import only_while

_looking: ContextVar[bool] = ContextVar("looking", default=False)


class WouldRunError(Exception):
    """A run would begin here, or something would be written. No fault: nobody has to mend it.

    ``kind``, ``params``, ``inputs``: of the run, as :func:`core.executions.record.record` takes
    them; ``kind`` is empty where something else would be written. ``why``: in a few words, where
    who raises it knows.
    """

    def __init__(
        self,
        kind: str = "",
        params: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        *,
        why: str = "",
    ) -> None:
        super().__init__(kind)
        self.why = why
        self.kind, self.params, self.inputs = kind, dict(params or {}), dict(inputs or {})


@contextmanager
def looking() -> Iterator[None]:
    """Inside, nothing is run and nothing is written: what would do so raises WouldRunError."""
    token = _looking.set(True)
    try:
        with only_while(_refuse):
            yield
    finally:
        _looking.reset(token)


def is_looking() -> bool:
    """Whether nothing is to be run now."""
    return _looking.get()


def _refuse(_session: Session) -> NoReturn:
    raise WouldRunError
