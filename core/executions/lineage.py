"""Which execution made what another one read."""

from dataclasses import dataclass

from core.store import Store
from core.store import executions as executions_table
from core.store.executions import Execution, Link

NUMBERED = ("training", "baseline", "candidate", "last_import", "noise")
LISTED = ("evaluations", "trainings")
"""Inputs that name an execution by its number, or several; all others name content by digest."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``before``: the ones it was made from. ``after``: the ones that used what it made."""

    before: tuple[Link, ...]
    after: tuple[Link, ...]


def neighbours(store: Store, execution: Execution) -> Neighbours:
    """The executions next to this one, newest first."""
    with store.read() as session:
        everything = executions_table.links(session)
    itself = next(each for each in everything if each.number == execution.number)
    return Neighbours(
        before=tuple(each for each in everything if _feeds(each, itself)),
        after=tuple(each for each in everything if _feeds(itself, each)),
    )


def _feeds(maker: Link, reader: Link) -> bool:
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
