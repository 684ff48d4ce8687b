"""What an execution is run for, where nobody asks for it by itself: retrainings that measure the
noise, trials of a tuning, trainings of a backtest, steps of a pipeline, comparisons that a page
shows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from core.access.identity import Role
from core.access.transactions import acting
from core.errors import InputError
from core.executions.annotations import change, require_text
from core.store import Store
from core.store import requests as requests_table
from core.store.executions import Execution

NOISE, TUNE, BACKTEST, LOOK = "noise", "tune", "backtest", "look"
PIPELINE = "pipeline"
OWN = (None, PIPELINE)
"""Of trainings that somebody asked for, be it in the pipeline that they wrote."""
_purpose: ContextVar[str | None] = ContextVar("purpose", default=None)


@contextmanager
def run_for(purpose: str | None) -> Iterator[None]:
    """Every execution that begins inside is run for that; None: for itself."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


def purpose() -> str | None:
    """What an execution that begins now is run for; None: for itself."""
    return _purpose.get()


def require_name(name: str | None, note: str | None) -> None:
    """Raises InputError where one is not a line or is too long, or the name is empty."""
    if name == "":
        raise InputError("The name is empty", "Leave --name out, or give one.")
    require_text(name, note)


def request(store: Store, made: Execution, *, name: str | None, note: str | None) -> None:
    """Note that somebody asks for ``made`` by itself, where that is not known from how it began.

    An execution that a noise measurement, a tuning or a backtest began, and that somebody asks for
    later, is theirs from then on. Without a name, and of an execution that is theirs already,
    nothing is written.

    Args:
        name: what to call it; None: as before.
        note: what is to be known of it; None: as before.

    Raises:
        RefusedError: the actor is not a reviewer.
    """
    if purpose() is not None or (name is None and note is None and made.purpose is None):
        return
    with acting(store, Role.REVIEWER, to="name a training") as (session, actor):
        if made.purpose is not None:
            claim(session, made.number, by=actor.name)
        change(session, actor, made.number, name=name, note=note)


def claim(session: Session, number: int, *, by: str) -> None:
    """Note that somebody asks for the execution ``number``, in the caller's write transaction."""
    requests_table.add(session, number, at=datetime.now(UTC), by=by)
