"""Which execution made what another one read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.store import Store
from core.store import executions as executions_table
from core.store.executions import Execution, Link

NUMBERED = ("training", "baseline", "candidate", "last_import", "noise", "reproduced")
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
    made_from = sources(everything)
    before = made_from[execution.number]
    return Neighbours(
        before=tuple(each for each in everything if each.number in before),
        after=tuple(each for each in everything if execution.number in made_from[each.number]),
    )


def sources(links: Sequence[Link]) -> dict[int, frozenset[int]]:
    """Execution -> the earlier ones that made what it read.

    What several of them made alike, such as a model that was trained twice with the same seed,
    comes from the one that the reader names by number; from all of them where it names none.
    """
    makers: dict[str, list[int]] = {}
    for link in links:
        for digest in _digests(link.outputs):
            makers.setdefault(digest, []).append(link.number)
    known = {link.number for link in links}
    return {link.number: frozenset(_sources(link, makers, known)) for link in links}


def _sources(link: Link, makers: Mapping[str, list[int]], known: set[int]) -> Iterator[int]:
    named = {n for n in _numbers(link.inputs) if n in known and n < link.number}
    yield from named
    for digest in _digests(link.inputs):
        made_by = {n for n in makers.get(digest, ()) if n < link.number}
        yield from made_by & named or made_by


def _numbers(inputs: Mapping[str, Any]) -> Iterator[int]:
    for name in (*NUMBERED, *LISTED):
        value = inputs.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, int):
                yield each


def _digests(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, str):
            yield value
