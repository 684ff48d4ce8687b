"""What a check of a workspace found, and what it is given to look at."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.errors import SignoffError
from core.hints import Hint
from core.progress import Progress, silent
from core.store import Store


class State(StrEnum):
    """What a check came to. ``UNKNOWN``: it could not look."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """``sentence``: what was found, with its full stop. ``hint``: what mends it."""

    state: State
    sentence: str
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A workspace as it is, which no check changes.

    ``thorough``: also look at what takes long, see :func:`core.upkeep.doctor.examine`.
    """

    home: Path
    store: Store
    thorough: bool = False
    progress: Progress = silent


def fine(sentence: str) -> Found:
    return Found(State.FINE, sentence)


def wrong(sentence: str, hint: Hint | str) -> Found:
    return Found(State.WRONG, sentence, Hint(hint) if isinstance(hint, str) else hint)


def unknown(sentence: str, hint: Hint | str | None = None) -> Found:
    return Found(State.UNKNOWN, sentence, Hint(hint) if isinstance(hint, str) else hint)


def refused(error: SignoffError) -> Found:
    """That something is wrong, in the words of an error."""
    return wrong(f"{error.reason.rstrip('.')}.", error.hint)
