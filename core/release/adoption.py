"""Which release policy is in force: the one that was adopted last, else the built-in one.

A team writes its policy as ``release-policy.toml`` in its project, or in the workspace. The file is
a draft: it takes effect by an act, which keeps its text in the database and in the audit log. Where
the policy in force asks for four eyes, it takes two people: what one has asked for, another adopts.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue
from sqlalchemy.orm import Session

from core import audit
from core.access.identity import Actor, Role
from core.access.names import same_person
from core.access.transactions import acting
from core.errors import (
    BrokenChainError,
    ConflictError,
    InputError,
    NotFoundError,
    RefusedError,
)
from core.hints import Command, Hint
from core.release import history
from core.release.comments import check_comment
from core.release.policy import BUILT_IN, DEFAULT, FILE, Policy, parse
from core.release.policy_events import (
    POLICY_EVENTS,
    Adopted,
    Asked,
    PolicyEvent,
    adoptions,
    fulfilled,
    request,
)
from core.settings import settings
from core.store import Store
from core.store.artifacts import storage_errors, write_whole

MOST = 64 << 10
"""Bytes of a policy: all of it is kept in the audit log."""
ADOPT = "adopt a release policy"
ADOPTING = Command("release policy adopt")
E = TypeVar("E", bound=PolicyEvent)


def read_policy(store: Store) -> Policy:
    """The policy in force. Raises as :func:`in_force` does."""
    with store.read() as session:
        return in_force(session)


def policy_shown(store: Store) -> Policy:
    """What the table of policies says is in force, whatever the log says: for where nothing is
    judged by it, and whether the log is intact is said beside it.

    Raises:
        BrokenChainError: its text is not what its row says.
    """
    with store.read() as session:
        adopted = adoptions(POLICY_EVENTS.read(session))
    return policy_of(adopted[-1]) if adopted else built_in()


def in_force(session: Session) -> Policy:
    """The policy in force, as the caller's transaction sees it, and as the audit log has adopted
    it: a row that somebody wrote into the table judges nothing.

    Raises:
        BrokenChainError: its text is not what was adopted, or the log is broken.
    """
    adopted = adoptions(POLICY_EVENTS.read(session))
    last = adopted[-1] if adopted else None
    if _recorded(last) != _chained(session):
        raise BrokenChainError(
            "The release policy in force is not the one that the audit log says was adopted",
            Hint(
                "Nothing was judged. Leave the database as it is, and see what was changed.",
                Command("audit verify"),
            ),
        )
    return policy_of(last) if last else built_in()


def _recorded(event: Adopted | None) -> tuple[str, JsonValue] | None:
    return (f"{POLICY_EVENTS.table}/{event.id}", event.digest) if event else None


def _chained(session: Session) -> tuple[str, JsonValue] | None:
    """The record and the digest of the last adoption in the log; None before the first."""
    ours = [
        (each.record, each.details.get("digest"))
        for each in audit.decisions(session)
        if each.record.startswith(f"{POLICY_EVENTS.table}/") and each.kind == Adopted.kind
    ]
    return ours[-1] if ours else None


def built_in() -> Policy:
    """The policy where none was adopted."""
    return parse(DEFAULT.encode(), source=BUILT_IN)


def policy_of(event: Adopted) -> Policy:
    """The policy that was put into force.

    Raises:
        BrokenChainError: its text is not what was adopted.
    """
    policy = parse(event.text.encode("utf-8", "surrogatepass"))
    if policy.digest != event.digest:
        raise BrokenChainError(
            "The release policy in force was changed outside of Signoff",
            Hint("The audit log shows where it was changed.", Command("audit verify")),
        )
    return replace(policy, adopted_by=event.by, adopted_at=event.at)


def text_in_force(store: Store) -> str:
    """The policy in force, as it was written."""
    with store.read() as session:
        adopted = adoptions(POLICY_EVENTS.read(session))
    return adopted[-1].text if adopted else DEFAULT


def policy_file(home: Path) -> Path:
    """Where the team's draft lies of the workspace ``home``, if somebody wrote one."""
    return settings().written(home, FILE)


def init_policy(store: Store) -> Path:
    """Write the policy in force into its file, for the team to edit; its path.

    Raises:
        RefusedError: there is a file already.
    """
    path = policy_file(store.home)
    if path.exists():
        raise RefusedError(f"{path} already exists", "Edit it, or move it away first.")
    write_whole(path, text_in_force(store).encode())
    return path


def draft(home: Path) -> bytes | None:
    """What the file of the workspace says; None where there is none.

    Raises:
        InputError: it is too long to be one.
        StorageError: it cannot be read.
    """
    path = policy_file(home)
    if not path.exists():
        return None
    with storage_errors(path), path.open("rb") as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise InputError(
            f"{FILE} is longer than {MOST >> 10} KiB", "Keep to the gates, the rules and comments."
        )
    return content


def against_adopting(asked: Asked | None, actor: Actor) -> RefusedError | None:
    """Against adopting by ``actor`` what ``asked`` asked for; None where nothing is against it."""
    if asked is None or not same_person(asked.by, actor.name):
        return None
    return RefusedError(
        f"{asked.by} asked for this policy, so somebody else must adopt it",
        Hint("Have another releaser adopt it.", ADOPTING),
    )


def adopt(store: Store, *, comment: str = "", seen: str | None = None) -> Adopted | Asked | None:
    """Put into force what the file of the workspace says.

    Where the policy in force asks for four eyes, this takes two people: the first asks for it, and
    it takes effect when somebody else adopts the same text. One person is enough as long as nothing
    was proposed: until then, no policy stands in anybody's way.

    Args:
        seen: digest of the file that was looked at; None: whatever it says now.

    Returns:
        What was done; None where it was in force already, and nothing was done.

    Raises:
        NotFoundError: there is no file.
        InputError: it is not a policy, or the comment is too long.
        RefusedError: the actor is not a releaser, or they asked for it themselves.
        ConflictError: the file is another one than ``seen``.
    """
    check_comment(comment)
    content = draft(store.home)
    if content is None:
        raise NotFoundError(
            f"There is no file {policy_file(store.home)}",
            Hint("Write one to edit.", Command("release policy", init=True)),
        )
    policy = parse(content)
    if seen is not None and seen != policy.digest:
        raise ConflictError(
            f"{FILE} was changed since you looked", "Nothing was changed. Look at it again."
        )
    with acting(store, Role.RELEASER, to=ADOPT) as (session, actor):
        now = in_force(session)
        if policy.digest == now.digest:
            return None
        two = _takes_two(session, now)
        asked = request_for(session, policy.digest) if two else None
        if refusal := against_adopting(asked, actor):
            raise refusal
        wish = Asked(
            at=datetime.now(UTC),
            by=actor.name,
            text=content.decode(),
            digest=policy.digest,
            comment=comment.strip(),
        )
        if two and asked is None:
            return _append(session, wish, before=now, after=now)
        return _append(session, fulfilled(wish, asked), before=now, after=policy)


def request_for(session: Session, digest: str) -> Asked | None:
    """Who asked last, and for this policy; None if nobody did, or it was decided since."""
    asked = request(POLICY_EVENTS.read(session))
    return asked if asked and asked.digest == digest else None


def _takes_two(session: Session, now: Policy) -> bool:
    return now.four_eyes and bool(history.events(session))


def _append(session: Session, event: E, *, before: Policy, after: Policy) -> E:
    """Write an event and its entry in the caller's write transaction: both or neither."""
    stored, record = POLICY_EVENTS.append(session, event)
    audit.append(session, record, before=before.recorded, after=after.recorded)
    return stored
