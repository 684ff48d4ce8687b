"""Executions that another one started, as parts of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.executions.purpose import LOOK, NOISE, TUNE
from core.store.executions import Execution
from core.words import count

_CALLED = {NOISE: "retraining", TUNE: "trial"}


@dataclass(frozen=True, slots=True)
class Group:
    """An execution with those that were run for it, newest first; mostly it has none."""

    execution: Execution
    parts: tuple[Execution, ...]

    @property
    def told(self) -> str:
        """``+5 retrainings``, ``+12 trials``; empty where it started none."""
        trainings = sum(part.kind == "train" for part in self.parts)
        return f"+{count(trainings, _CALLED[self.execution.kind])}" if trainings else ""


def grouped(executions: Sequence[Execution]) -> list[Group]:
    """One group for each step that somebody took, in the order of ``executions``.

    What a page made only to show it is left out. Parts of a noise measurement or tuning that has
    not ended, or was interrupted, stand by themselves: their work is not recorded yet.

    Args:
        executions: all of them, newest first.
    """
    parents = parents_of(executions)
    parts: dict[int, list[Execution]] = {}
    for each in executions:
        if each.number in parents:
            parts.setdefault(parents[each.number], []).append(each)
    return [
        Group(each, tuple(parts.get(each.number, ())))
        for each in executions
        if each.number not in parents and each.purpose != LOOK
    ]


def parents_of(executions: Sequence[Execution]) -> dict[int, int]:
    """Part -> the first noise measurement or tuning that was recorded with it.

    Args:
        executions: all of them, in any order.
    """
    by_number = {each.number: each for each in executions}
    read = _read_by(by_number)
    found: dict[int, int] = {}
    for number in sorted(by_number):
        parent = by_number[number]
        for part in _parts(parent, by_number, read) if parent.kind in _CALLED else ():
            if by_number[part].purpose == parent.kind:
                found.setdefault(part, number)
    return found


def _read_by(by_number: Mapping[int, Execution]) -> dict[int, list[int]]:
    """Execution -> the evaluations and comparisons that read what it made."""
    read: dict[int, list[int]] = {}
    for number, each in by_number.items():
        for name in ("training", "baseline", "candidate"):
            if isinstance(source := each.inputs.get(name), int):
                read.setdefault(source, []).append(number)
    return read


def _parts(
    parent: Execution, by_number: Mapping[int, Execution], read: Mapping[int, Sequence[int]]
) -> list[int]:
    """What it names, what that was made from, and what was made of that."""
    evaluations = [n for n in parent.inputs.get("evaluations", []) if n in by_number]
    trainings = [n for n in parent.inputs.get("trainings", []) if n in by_number]
    trainings += [by_number[n].inputs.get("training") for n in evaluations]
    evaluations += [one for n in trainings for one in read.get(n, ())]
    comparisons = [one for n in evaluations for one in read.get(n, ())]
    named = dict.fromkeys([*trainings, *evaluations, *comparisons])
    return [number for number in named if number in by_number]
