"""The steps of a ``signoff.toml``, read and put in order. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from core.errors import InputError
from core.hints import Command, Hint
from core.notifications.addresses import TABLE as NOTIFY
from core.pipeline.kinds import KINDS
from core.pipeline.overrides import with_values
from core.pipeline.work import Kind, Step, WrongValueError
from core.toml_files import Document, nearest, said

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_OWN = ("name", "kind", "after")
"""Keys of every step."""
_TABLES = ("settings", "step", NOTIFY)
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """``steps``: in the order in which they are done. ``digest``: of the file's text."""

    steps: tuple[Step, ...]
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def named(self, name: str) -> Step:
        """Raises NotFoundError-like InputError where there is none of that name."""
        for step in self.steps:
            if step.name == name:
                return step
        raise InputError(f"There is no step {name!r}", nearest(name, [s.name for s in self.steps]))

    def before(self, name: str) -> tuple[Step, ...]:
        """A step and all that it waits for, in order."""
        wanted = {self.named(name).name}
        for step in reversed(self.steps):
            if step.name in wanted:
                wanted.update(step.waits_for)
        return tuple(step for step in self.steps if step.name in wanted)


def defined(document: Document, given: Sequence[str] = ()) -> Pipeline:
    """The pipeline of a project's file.

    Args:
        given: values in the place of the file's, see :func:`core.pipeline.overrides.with_values`.

    Raises:
        InputError: something in it cannot be; names the line.
    """
    made = _defined(document)
    return _defined(with_values(document, given)) if given else made


def _defined(document: Document) -> Pipeline:
    for table in document.tables:
        if table not in _TABLES:
            raise document.wrong((table,), f"there is no table [{table}]", nearest(table, _TABLES))
    entries = document.tables.get("step", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise document.wrong(("step",), "step takes a list of tables", "Write [[step]].")
    if not entries:
        raise InputError(
            f"{document.name} has no pipeline",
            Hint(
                "Write at least one [[step]]; a new project shows how.", Command("init", "FOLDER")
            ),
        )
    return Pipeline(
        steps=_ordered(document, _Reader(document, entries).steps()), text=document.text
    )


class _Reader:
    """Reads the entries, all of which know the names of all others."""

    def __init__(self, document: Document, entries: Sequence[Mapping[str, Any]]) -> None:
        self._document, self._entries = document, entries
        self._kinds = [self._kind(place) for place in range(len(entries))]
        self._names = [self._name(place) for place in range(len(entries))]

    def steps(self) -> list[Step]:
        return [self._step(place) for place in range(len(self._entries))]

    def _wrong(self, place: int, path: Path, problem: str, hint: Hint | str) -> InputError:
        return self._document.wrong(("step", place, *path), problem, hint)

    def _kind(self, place: int) -> str:
        given = self._entries[place].get("kind")
        if given is None:
            raise self._wrong(place, (), "a step has no kind", f"Known: {', '.join(KINDS)}.")
        if not isinstance(given, str) or given not in KINDS:
            problem = f"there is no kind of step {said(given)}"
            raise self._wrong(place, ("kind",), problem, nearest(str(given), KINDS))
        return given

    def _name(self, place: int) -> str:
        given = self._entries[place].get("name", self._kinds[place])
        if not isinstance(given, str) or not _NAME.fullmatch(given):
            hint = "Use letters, digits, hyphens and underscores, up to 40."
            raise self._wrong(place, ("name",), f"a step cannot be called {said(given)}", hint)
        for earlier in range(place):
            if self._entries[earlier].get("name", self._kinds[earlier]) == given:
                problem = f"two steps are called {given!r}"
                raise self._wrong(place, (), problem, 'Give one of them another name = "…".')
        return given

    def _step(self, place: int) -> Step:
        name, kind = self._names[place], KINDS[self._kinds[place]]
        values = self._values(place, kind)
        takes = {taken: self._taken(place, taken) for taken in kind.takes}
        takes |= {each: tuple(self._above(place, each)) for each in kind.follows}
        after = self._entries[place].get("after", [])
        if not isinstance(after, list) or not all(isinstance(each, str) for each in after):
            problem = f"after takes a list of names, not {said(after)}"
            raise self._wrong(place, ("after",), problem, f'Write after = ["{self._names[0]}"].')
        for each in after:
            self._require_known(place, "after", each)
        return Step(
            name=name, kind=self._kinds[place], values=values, takes=takes, after=tuple(after)
        )

    def _values(self, place: int, kind: Kind) -> dict[str, Any]:
        called, entry = self._names[place], self._entries[place]
        known = [*_OWN, *kind.takes, *kind.keys]
        for key, value in entry.items():
            if key not in known:
                problem = f"the step {called!r} has no key {key!r}"
                raise self._wrong(place, (key,), problem, nearest(key, known))
            wanted = kind.keys.get(key)
            if wanted is not None and not wanted.fits(value):
                problem = f"{key} of {called!r} takes {wanted.words}, not {said(value)}"
                raise self._wrong(place, (key,), problem, f"Write {key} = {wanted.example}.")
        for key, wanted in kind.keys.items():
            if wanted.needed and key not in entry:
                problem = f"the step {called!r} needs {key}"
                raise self._wrong(place, (), problem, f"Write {key} = {wanted.example} below it.")
        values = {key: entry.get(key, wanted.default) for key, wanted in kind.keys.items()}
        try:
            kind.check(values)
        except WrongValueError as error:
            raise self._wrong(place, error.path, error.reason, error.hint) from None
        return values

    def _taken(self, place: int, kind: str) -> tuple[str, ...]:
        """The step of this kind whose result a step takes."""
        called, given = self._names[place], self._entries[place].get(kind)
        if given is None:
            above = list(self._above(place, kind))
            if not above:
                problem = f"the step {called!r} needs a step of kind {kind!r} above it"
                hint = f'Add [[step]] with kind = "{kind}" before it.'
                raise self._wrong(place, (), problem, hint)
            return (above[-1],)
        self._require_known(place, kind, given)
        found = self._kinds[self._names.index(given)]
        if found != kind:
            problem = (
                f"{kind} of {called!r} takes a step of that kind, and {given!r} is of {found!r}"
            )
            of_kind = [n for n, k in zip(self._names, self._kinds, strict=True) if k == kind]
            raise self._wrong(place, (kind,), problem, nearest(given, of_kind))
        return (given,)

    def _require_known(self, place: int, key: str, given: object) -> None:
        if given not in self._names:
            problem = (
                f"{key} of {self._names[place]!r} names {said(given)}, and no step is called so"
            )
            raise self._wrong(place, (key,), problem, nearest(str(given), self._names))

    def _above(self, place: int, kind: str) -> Iterator[str]:
        return (self._names[each] for each in range(place) if self._kinds[each] == kind)


def _ordered(document: Document, steps: Sequence[Step]) -> tuple[Step, ...]:
    """As they stand in the file, but each after all that it waits for."""
    by_name = {step.name: step for step in steps}
    place = {step.name: index for index, step in enumerate(steps)}
    sorter = TopologicalSorter({step.name: step.waits_for for step in steps})
    try:
        sorter.prepare()
    except CycleError as error:
        names: list[str] = error.args[1]
        first = min(names, key=place.__getitem__)
        circle = " → ".join(reversed(names))
        hint = "Take one of them out of after, or let it take another step's result."
        raise document.wrong(
            ("step", place[first]), f"these steps wait for each other: {circle}", hint
        ) from None
    done: list[Step] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
        name = ready.pop(0)
        done.append(by_name[name])
        sorter.done(name)
    return tuple(done)
