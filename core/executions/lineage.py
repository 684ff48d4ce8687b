"""Which execution made what another one read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.store.executions import Execution

NUMBERED = ("training", "baseline", "candidate", "last_import", "noise")
LISTED = ("evaluations", "trainings")
"""Inputs that name an execution by its number, or several; all others name content by digest."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``before``: the ones it was made from. ``after``: the ones that used what it made."""

    before: tuple[Execution, ...]
    after: tuple[Execution, ...]


def neighbours(execution: Execution, everything: Sequence[Execution]) -> Neighbours:
    """The executions next to this one, in the order of ``everything``."""
    return Neighbours(
        before=tuple(e for e in everything if _feeds(e, execution)),
        after=tuple(e for e in everything if _feeds(execution, e)),
    )


def _feeds(maker: Execution, reader: Execution) -> bool:
    if maker.number >= reader.number:
        return False
    named = [reader.inputs.get(name) for name in NUMBERED]
    listed = [number for name in LISTED for number in reader.inputs.get(name, [])]
    if maker.number in [*named, *listed]:
        return True
    made, read = (
        {value for value in values.values() if isinstance(value, str)}
        for values in (maker.outputs, reader.inputs)
    )
    return not made.isdisjoint(read)
