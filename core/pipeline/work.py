"""What a step is, what it gives to the steps after it, and what a kind of step has. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.pipeline.keys import Key
from core.progress import Progress
from core.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the pipeline.

    ``values``: of every key of its kind. ``takes``: kind -> the names of the steps whose results it
    takes. ``after``: steps that come first for another reason.
    """

    name: str
    kind: str
    values: Mapping[str, Any]
    takes: Mapping[str, tuple[str, ...]]
    after: tuple[str, ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Every step that comes before it."""
        return tuple(
            dict.fromkeys([*(n for each in self.takes.values() for n in each), *self.after])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a step gave: made now, or found made.

    ``said``: in a sentence without a full stop. ``executions``: those that made it. The others are
    what steps after it take, where it gives such: the digest of a ``snapshot``, the best
    ``training``, the ``params`` that it was given and all ``trainings``, the evaluations of a
    ``pair``. ``problem``: what the step was asked to end the pipeline for, as a sentence without a
    full stop; None: nothing.
    """

    said: str
    executions: tuple[int, ...] = ()
    snapshot: str | None = None
    training: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    trainings: tuple[int, ...] = ()
    pair: tuple[int, int] | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Where a step works: ``store``, the ``project``'s folder, and what the steps before it gave,
    by their names.
    """

    store: Store
    project: Path
    given: Mapping[str, Result]

    def of(self, step: Step, kind: str) -> Result:
        """What the step of that kind gave which this one takes."""
        return self.given[step.takes[kind][-1]]


def _fine(_values: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of step.

    ``takes``: kinds of steps whose results it needs; a key of that name may say which, else it is
    the last one above. ``follows``: kinds that it comes after, all that stand above it, if any.
    ``do``: does it, or gives back what is there if nothing has changed; called within
    :func:`core.executions.looking.looking`, it only finds out. ``check``: raises an InputError
    where its values do not go together, with the key as its second argument, see
    :class:`WrongValueError`.
    """

    keys: Mapping[str, Key]
    do: Callable[[At, Step, Progress], Result]
    takes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    check: Callable[[Mapping[str, Any]], None] = field(default=_fine)


class WrongValueError(Exception):
    """A value that cannot be. ``path``: the keys that lead to it. Becomes an InputError with the
    line of the file, see :mod:`core.pipeline.definition`.
    """

    def __init__(self, path: tuple[str, ...], reason: str, hint: str) -> None:
        super().__init__(reason)
        self.path, self.reason, self.hint = path, reason, hint
