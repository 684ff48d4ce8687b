"""Executions as people list them: those that another one started stand under it."""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.executions import annotations
from core.executions.history import running_ended
from core.executions.purpose import BACKTEST, LOOK, NOISE, PIPELINE, TUNE
from core.store import Store
from core.store import executions as executions_table
from core.store.executions import Execution, Link, Wanted
from core.store.reaping import as_seen
from core.words import count

_CALLED = {NOISE: "retraining", TUNE: "trial", BACKTEST: "training", PIPELINE: "step"}
_LINKED = (*_CALLED, "evaluate")
"""Kinds of executions that tell which belong together."""


@dataclass(frozen=True, slots=True)
class Group:
    """An execution with those that were run for it; mostly it has none."""

    execution: Execution
    parts: tuple[Link, ...]

    @property
    def told(self) -> str:
        """``+5 retrainings``, ``+12 trials``, ``+6 steps``; empty where it started none."""
        kinds = [part.kind for part in self.parts]
        started = len(kinds) if self.execution.kind == PIPELINE else kinds.count("train")
        return f"+{count(started, _CALLED[self.execution.kind])}" if started else ""


@dataclass(frozen=True, slots=True)
class Steps:
    """Some of ``total`` groups, newest first."""

    total: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which steps are wanted; by default all.

    ``kinds``: only these; empty: all. ``status``: only this one; None: any. ``text``: only where it
    stands in number, command, person, name, note or ``tag:…``, without case; empty: anywhere.
    ``every``: parts of others, and what pages only showed, stand there as well.
    """

    kinds: tuple[str, ...] = ()
    status: str | None = None
    text: str = ""
    every: bool = False


OWN, EVERYTHING = Filters(), Filters(every=True)


def steps(store: Store, filters: Filters = OWN, *, start: int = 0, most: int) -> Steps:
    """One group for each step that somebody took, newest first, a page of them.

    What a page made only to show it is left out. Parts of a noise measurement, tuning or backtest
    that has not ended, or was interrupted, stand by themselves: their work is not recorded yet.

    Args:
        start: how many are passed over.
        most: how many are given, 1 or more.
    """
    text = filters.text.lower()
    ended = running_ended(store)
    with store.read() as session:
        found = executions_table.links(session, kinds=_LINKED)
        parents = parents_of(found)
        noted = annotations.noticeboard(session).of
        wanted = Wanted(
            kinds=filters.kinds,
            status=filters.status,
            ended=ended,
            hidden=() if filters.every else (*_CALLED, LOOK),
            numbers_shown=[
                link.number
                for link in found
                if link.purpose in _CALLED and link.number not in parents
            ],
            text=text,
            numbers_found=[n for n, each in noted.items() if text and text in each.text],
        )
        total, rows = executions_table.page(session, wanted, start=start, most=most)
    parts: dict[int, list[Link]] = {}
    for link in found:
        if link.number in parents:
            parts.setdefault(parents[link.number], []).append(link)
    groups = [Group(as_seen(row, store.presence), tuple(parts.get(row.number, ()))) for row in rows]
    return Steps(total, tuple(groups))


def parents_of(links: Iterable[Link]) -> dict[int, int]:
    """Part -> the first noise measurement, tuning, backtest or pipeline that was recorded with it.

    Args:
        links: as :func:`core.store.executions.links` gives them for :data:`PARENTS` and
            evaluations.
    """
    by_number = {each.number: each for each in links}
    read = _read_by(by_number)
    found = _steps_of_pipelines(by_number)
    for number in sorted(by_number):
        parent = by_number[number]
        for part in _parts(parent, by_number, read) if parent.kind in _CALLED else ():
            if by_number[part].purpose == parent.kind:
                found.setdefault(part, number)
    return found


def _steps_of_pipelines(by_number: Mapping[int, Link]) -> dict[int, int]:
    """Step -> its pipeline, which runs alone: the last one that had begun before it."""
    pipelines = sorted(number for number, each in by_number.items() if each.kind == PIPELINE)
    steps = [number for number, each in by_number.items() if each.purpose == PIPELINE]
    begun = {number: bisect(pipelines, number) for number in steps}
    return {number: pipelines[count - 1] for number, count in begun.items() if count}


def _read_by(by_number: Mapping[int, Link]) -> dict[int, list[int]]:
    """Execution -> the evaluations and comparisons that read what it made."""
    read: dict[int, list[int]] = {}
    for number, each in by_number.items():
        for name in ("training", "baseline", "candidate"):
            if isinstance(source := each.inputs.get(name), int):
                read.setdefault(source, []).append(number)
    return read


def _parts(
    parent: Link, by_number: Mapping[int, Link], read: Mapping[int, Sequence[int]]
) -> list[int]:
    """What it names, what that was made from, and what was made of that."""
    evaluations = [n for n in parent.inputs.get("evaluations", []) if n in by_number]
    trainings = [n for n in parent.inputs.get("trainings", []) if n in by_number]
    trainings += [by_number[n].inputs.get("training") for n in evaluations]
    evaluations += [one for n in trainings for one in read.get(n, ())]
    comparisons = [one for n in evaluations for one in read.get(n, ())]
    named = dict.fromkeys([*trainings, *evaluations, *comparisons])
    return [number for number in named if number in by_number]
