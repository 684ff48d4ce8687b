"""What people note on an execution: its name, a note, and tags. Each change is an event.

The execution itself never changes, and no decision rests on what is noted of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from core import audit
from core.access.identity import Actor, Role
from core.access.transactions import acting
from core.audit.events import Event, Events
from core.errors import InputError
from core.executions.history import get
from core.invisible import is_visible
from core.safe_text import one_line
from core.store import Store
from core.store import requests as requests_table

BASELINE = "baseline"
"""The tag of what other trainings are compared with where nobody has chosen a baseline."""
LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG = 40, 500, 30
"""Characters."""
MOST_TAGS = 20
TO_ANNOTATE = "name, note or tag an execution"
_TAG = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationEvent(Event):
    """``text``: the name, the note or the tag."""

    execution: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(AnnotationEvent):
    kind: ClassVar[str] = "named"

    def __str__(self) -> str:
        if not self.text:
            return f"{self.by} removed the name of execution #{self.execution}"
        return f"{self.by} named execution #{self.execution} “{self.text}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(AnnotationEvent):
    kind: ClassVar[str] = "noted"

    def __str__(self) -> str:
        if not self.text:
            return f"{self.by} removed the note on execution #{self.execution}"
        return f"{self.by} noted on execution #{self.execution}: “{self.text}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(AnnotationEvent):
    kind: ClassVar[str] = "tagged"

    def __str__(self) -> str:
        return f"{self.by} tagged execution #{self.execution} {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Untagged(AnnotationEvent):
    kind: ClassVar[str] = "untagged"

    def __str__(self) -> str:
        return f"{self.by} removed the tag {self.text} from execution #{self.execution}"


ANNOTATION_EVENTS = Events("annotation_events", (Named, Noted, Tagged, Untagged))


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What is noted on an execution now: empty is nothing. ``tags``: in the order in which they
    were given.
    """

    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it, for searching, in lower case; tags as ``tag:baseline``."""
        return " ".join([self.name, self.note, *(f"tag:{tag}" for tag in self.tags)]).lower()


NOTHING = Annotations()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticeboard:
    """``of``: execution -> what is noted on it, where anything ever was. ``pinned``: those tagged
    :data:`BASELINE`, the last one first.
    """

    of: Mapping[int, Annotations]
    pinned: tuple[int, ...]


def read(store: Store) -> Noticeboard:
    """What is noted on all executions."""
    with store.read() as session:
        return noticeboard(session)


def noticeboard(session: Session) -> Noticeboard:
    """The same, in the caller's transaction."""
    before = dict[int, Annotations]()
    for number, name, note in requests_table.called(session):
        was = before.get(number, NOTHING)
        before[number] = replace(
            was,
            name=was.name if name is None else name,
            note=was.note if note is None else note,
        )
    return after(ANNOTATION_EVENTS.read(session), before)


def after(
    events: Iterable[AnnotationEvent], before: Mapping[int, Annotations] | None = None
) -> Noticeboard:
    """What the events, in order, lead to. Pure."""
    of, pinned = dict(before or {}), list[int]()
    for event in events:
        of[event.execution] = _applied(of.get(event.execution, NOTHING), event)
        if event.text == BASELINE and isinstance(event, Tagged | Untagged):
            pinned = [number for number in pinned if number != event.execution]
            if isinstance(event, Tagged):
                pinned.insert(0, event.execution)
    return Noticeboard(of=of, pinned=tuple(pinned))


def _applied(was: Annotations, event: AnnotationEvent) -> Annotations:
    match event:
        case Named():
            return replace(was, name=event.text)
        case Noted():
            return replace(was, note=event.text)
        case Tagged():
            return replace(was, tags=(*was.tags, event.text))
    return replace(was, tags=tuple(tag for tag in was.tags if tag != event.text))


def annotate(
    store: Store,
    number: int,
    *,
    name: str | None = None,
    note: str | None = None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> Annotations:
    """Change what is noted on an execution; what it is now. What is so already is not written.

    Args:
        name: None: as before; empty: none.
        note: None: as before; empty: none.
        add: tags to give, in any case; they are kept in lower case.
        remove: tags to take, where it has them.

    Raises:
        InputError: a name, note or tag is none, or there are too many tags.
        NotFoundError: there is no execution of that number.
        RefusedError: the actor is not a reviewer.
    """
    require_text(name, note)
    tags, gone = [tag_of(tag) for tag in add], [tag_of(tag) for tag in remove]
    get(store, number)
    with acting(store, Role.REVIEWER, to=TO_ANNOTATE) as (session, actor):
        change(session, actor, number, name=name, note=note, add=tags, remove=gone)
        now = noticeboard(session).of.get(number, NOTHING)
        if len(now.tags) > MOST_TAGS:
            raise InputError(f"#{number} would have {len(now.tags)} tags", "Remove some first.")
    return now


def change(
    session: Session,
    actor: Actor,
    number: int,
    *,
    name: str | None = None,
    note: str | None = None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> None:
    """The same in the caller's write transaction, with text that was found good."""
    was = noticeboard(session).of.get(number, NOTHING)
    for kind, text in _changes(was, name=name, note=note, add=add, remove=remove):
        event = kind(at=datetime.now(UTC), by=actor.name, execution=number, text=text)
        _, record = ANNOTATION_EVENTS.append(session, event)
        audit.append(session, record, before=None, after=None)


def _changes(
    was: Annotations,
    *,
    name: str | None,
    note: str | None,
    add: Sequence[str],
    remove: Sequence[str],
) -> Iterator[tuple[type[AnnotationEvent], str]]:
    if name is not None and name != was.name:
        yield Named, name
    if note is not None and note != was.note:
        yield Noted, note
    yield from ((Untagged, tag) for tag in dict.fromkeys(remove) if tag in was.tags)
    yield from ((Tagged, tag) for tag in dict.fromkeys(add) if tag not in was.tags)


def tag_of(text: str) -> str:
    """A tag as it is kept.

    Raises:
        InputError: it is none.
    """
    tag = text.strip().lower()
    if not _TAG.fullmatch(tag) or len(tag) > LONGEST_TAG:
        raise InputError(
            f"{one_line(text)[:LONGEST_NAME]!r} is not a tag",
            f"Use up to {LONGEST_TAG} letters, digits, '-', '_' and '.', such as {BASELINE}.",
        )
    return tag


def require_text(name: str | None, note: str | None) -> None:
    """Raises InputError where a name or note is not one line, or is too long. Empty is none."""
    for what, text, longest in (("name", name, LONGEST_NAME), ("note", note, LONGEST_NOTE)):
        if not text:
            continue
        if text != one_line(text) or not is_visible(text):
            raise InputError(
                f"The {what} {one_line(text)[:LONGEST_NAME]!r} is not one line of text",
                f"Give a {what} without line breaks and control characters.",
            )
        if len(text) > longest:
            raise InputError(f"The {what} has {len(text):,} characters", f"Use {longest} or fewer.")
