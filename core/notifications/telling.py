"""What happened, as messages: made of the entries of the audit log, and of alarms of drift.

The log is the queue: whatever is decided is in it, or was not decided. Nothing is written beside a
decision that could be lost or hold it up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from pydantic import JsonValue

from core.audit import chain
from core.audit.events import Event
from core.comparison import compare as comparing
from core.comparison.sentence import headline
from core.errors import SignoffError
from core.notifications.kinds import Kind
from core.release import case as cases
from core.release.case import Action, Case, next_sentence, next_step
from core.release.events import (
    CanarySet,
    Cleared,
    Proposed,
    Released,
    RolledBack,
    Tested,
)
from core.release.gate import GateVerdict
from core.release.history import RELEASE_EVENTS
from core.release.policy_events import POLICY_EVENTS, Asked
from core.release.standing import counted, failing
from core.safe_text import one_line
from core.snapshots.read import names as names_of
from core.store import Store
from core.store import audit as audit_table
from core.store import drift_alarms as alarms_table
from core.store.audit import Entry
from core.store.drift_alarms import DriftAlarm

_TABLES = {each.table: each for each in (RELEASE_EVENTS, POLICY_EVENTS)}
_ABOUT = ("candidate", "version", "alias")
_LONGEST = 1_000
"""Characters of one sentence: a comment can be as long as a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened.

    ``number``: of the entry, or of the alarm. ``event``: ``audit/17`` or ``alarm/3``.
    ``identity``: that, so that no other workspace has the same. ``kinds``: in the order of
    :class:`Kind`. ``lines``: sentences.
    """

    number: int
    event: str
    identity: str
    kinds: tuple[Kind, ...]
    at: datetime
    title: str
    lines: tuple[str, ...]
    about: dict[str, JsonValue]


def decisions(store: Store, *, after: int | None) -> tuple[list[News], int]:
    """What was decided since the entry of that number, and the number of the last one; None: only
    the latter.
    """
    with store.read() as session:
        last = audit_table.last(session)
        end = last.number if last else 0
        entries = [] if after in (None, end) else audit_table.after(session, after or 0)
    names = names_of(store) if entries else {}
    found = [news for entry in entries for news in _of_entry(store, entry, names)]
    return found, entries[-1].number if entries else end


def alarms(store: Store, *, after: int | None) -> tuple[list[News], int]:
    """The alarms of drift since that one, and the id of the last one; as :func:`decisions`."""
    with store.read() as session:
        end = alarms_table.newest(session)
        found = [] if after in (None, end) else alarms_table.after(session, after or 0)
    return [_of_alarm(each) for each in found], found[-1].id if found else end


def page_of(about: Mapping[str, JsonValue], kinds: tuple[str, ...]) -> str:
    """The page of the dashboard that shows more, as the end of its address."""
    if Kind.DRIFT in kinds:
        return "drift"
    candidate = about.get("candidate")
    return f"release?{urlencode({'candidate': candidate})}" if candidate else "ledger"


def _of_entry(store: Store, entry: Entry, names: Mapping[str, str]) -> Iterator[News]:
    """Nothing of an entry that somebody wrote over: ``signoff audit verify`` tells of these."""
    try:
        decision = chain.read(entry)
        table = _TABLES.get(decision.record.partition("/")[0])
        event = table.of_decision(decision) if table else None
    except (ValueError, TypeError):
        return
    if event is None:
        return
    case = _case_of(store, event)
    kinds = _kinds(event, case)
    if kinds:
        yield News(
            number=entry.number,
            event=f"audit/{entry.number}",
            identity=entry.digest,
            kinds=tuple(kind for kind in Kind if kind in kinds),
            at=event.at,
            title=_title(event),
            lines=tuple(map(_short, (event.sentence(names), *_details(store, case)))),
            about={name: decision.details[name] for name in _ABOUT if name in decision.details},
        )


def _kinds(event: Event, case: Case | None) -> set[Kind]:
    """What an event means to people. ``case``: of its candidate as it is now, if that is needed."""
    match event:
        case Proposed():
            failed = case is not None and bool(case.evidence.failed)
            return {Kind.CANDIDATE, *({Kind.GATE_FAILED} if failed else ()), *_awaited(case)}
        case Tested():
            failed = event.verdict == GateVerdict.FAIL
            return {*({Kind.GATE_FAILED} if failed else ()), *_awaited(case)}
        case Asked():
            return {Kind.APPROVAL}
        case RolledBack():
            return {Kind.ROLLBACK}
        case CanarySet():
            return {Kind.RELEASE if event.share else Kind.ROLLBACK}
        case Released() | Cleared():
            return {Kind.RELEASE}
    return set()


def _awaited(case: Case | None) -> set[Kind]:
    return {Kind.APPROVAL} if case and next_step(case).action == Action.DECIDE else set()


def _case_of(store: Store, event: Event) -> Case | None:
    """The candidate of an event that is about its evidence; None if that cannot be read now: then
    the message says less, and is sent all the same.
    """
    if not isinstance(event, Proposed | Tested):
        return None
    try:
        return cases.read(store, event.candidate)
    except SignoffError:
        return None


def _details(store: Store, case: Case | None) -> Iterator[str]:
    """The verdict with its numbers, the gates, and what is next."""
    if case is None:
        return
    made = case.evidence.comparison
    if made is not None:
        try:
            summary = comparing.summary_of(store, made)
        except SignoffError:  # its file is damaged
            summary = None
        if summary is not None:
            yield headline(summary, baseline="production", candidate=f"#{case.number}")
    gates = case.evidence.gates
    if gates:
        failed = failing(gates)
        yield f"Gates: {counted(gates)}." + (
            f" {failed[:1].upper()}{failed[1:]}." if failed else ""
        )
    yield next_sentence(case)


def _title(event: Event) -> str:
    """What a mail has as its subject: without comments, which can be long."""
    match event:
        case Proposed():
            said = f"Candidate #{event.candidate} was proposed"
        case Tested():
            said = f"Candidate #{event.candidate} was tested: {event.verdict}"
        case Released():
            said = f"{event.version} was released to {event.alias}"
        case RolledBack():
            said = f"{event.alias} was rolled back to {event.version}"
        case CanarySet() if event.share:
            said = f"{event.version} is the canary for {event.share:.0%} of callers"
        case CanarySet():
            said = f"The canary of {event.version} was ended"
        case Cleared():
            said = f"{event.alias} was cleared"
        case _:
            said = f"{event.by} asks to adopt a release policy"
    return one_line(said[:1].upper() + said[1:])


def _of_alarm(alarm: DriftAlarm) -> News:
    return News(
        number=alarm.id,
        event=f"alarm/{alarm.id}",
        identity=f"{alarm.model} {alarm.on} {alarm.window} {alarm.limit} {alarm.at.isoformat()}",
        kinds=(Kind.DRIFT,),
        at=alarm.at,
        title=f"{alarm.version} exceeds a limit of drift: {alarm.limit}",
        lines=(alarm.sentence,),
        about={"version": alarm.version},
    )


def _short(sentence: str) -> str:
    said = one_line(sentence)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
