"""Roles and tokens: given and taken by admins only, counted at every write, told by the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core import audit
from core.access import authorisation, members
from core.access.authorisation import authorise, role_of
from core.access.events import Granted, Withdrawn, role_grants
from core.access.history import ACCESS_EVENTS
from core.access.identity import NOBODY, Actor, Role, Way, acting_as
from core.audit import chain
from core.errors import InputError, NotFoundError, RefusedError, SignoffError, StorageError
from core.store import Store
from core.store import audit as log
from core.store.writing import write
from tests.commands import race
from tests.tampering import tamper

BOB = Actor("bob@example.com", Way.SIGNED_IN)


def role(store: Store, actor: Actor) -> Role:
    with store.read() as session:
        return role_of(session, actor)


def events(store: Store) -> int:
    with store.read() as session:
        return len(ACCESS_EVENTS.read(session))


def test_a_role_is_given_changed_and_taken(store: Store) -> None:
    assert role(store, BOB) == Role.VIEWER
    members.grant(store, "bob@example.com", Role.REVIEWER)
    assert role(store, BOB) == Role.REVIEWER
    members.grant(store, "bob@example.com", Role.RELEASER)
    assert [(p.name, p.role, p.by) for p in members.people(store)] == [
        (BOB.name, Role.RELEASER, "ada")
    ]
    members.withdraw(store, "bob@example.com")
    assert role(store, BOB) == Role.VIEWER
    assert members.people(store) == []


def test_the_log_tells_each_change_before_and_after(store: Store) -> None:
    members.grant(store, "bob", Role.REVIEWER)
    members.grant(store, "bob", Role.ADMIN)
    members.withdraw(store, "bob")
    members.make_token(store, "ci", Role.VIEWER)
    members.revoke_token(store, "ci")
    with store.read() as session:
        said = [chain.read(entry) for entry in log.entries(session)]
    assert [(one.by, one.kind, one.before, one.after) for one in said] == [
        ("ada", "granted", None, "reviewer"),
        ("ada", "granted", "reviewer", "admin"),
        ("ada", "withdrawn", "admin", None),
        ("ada", "token_made", None, "viewer"),
        ("ada", "token_revoked", "viewer", None),
    ]
    assert [one.record for one in said] == [f"access_events/{n}" for n in range(1, 6)]
    assert audit.verify(store).broken is None


def test_a_name_counts_in_any_case(store: Store) -> None:
    members.grant(store, " Bob@Example.COM ", Role.REVIEWER)
    members.grant(store, "Carol", Role.REVIEWER)
    assert [p.name for p in members.people(store)] == ["bob@example.com", "Carol"]
    with pytest.raises(RefusedError, match="already has the reviewer"):
        members.grant(store, "BOB@example.com", Role.REVIEWER)
    assert role(store, Actor("carol", Way.SIGNED_IN)) == Role.REVIEWER


@pytest.mark.parametrize(
    "name", ["", "  ", "a b", "a\nb", "bob\u200b", "bob\u202e", "\x00", "a\tb", "x" * 255]
)
def test_what_cannot_be_a_name_is_refused(store: Store, name: str) -> None:
    for give in (
        lambda: members.grant(store, name, Role.REVIEWER),
        lambda: members.make_token(store, name, Role.VIEWER),
    ):
        with pytest.raises(InputError, match="is not a valid name"):
            give()
    assert events(store) == 0


def test_whoever_has_no_role_has_none_to_lose(store: Store) -> None:
    with pytest.raises(NotFoundError, match="bob has no role"):
        members.withdraw(store, "bob")
    with pytest.raises(NotFoundError, match="no token 'ci'"):
        members.revoke_token(store, "ci")


def test_the_last_admin_may_go_since_this_machine_stays(store: Store) -> None:
    members.grant(store, "bob@example.com", Role.ADMIN)
    with acting_as(BOB):
        members.withdraw(store, "bob@example.com")
        with pytest.raises(RefusedError):
            members.grant(store, "bob@example.com", Role.ADMIN)
    members.grant(store, "bob@example.com", Role.ADMIN)


DECISIONS: dict[str, Callable[[Store], object]] = {
    "grant": lambda store: members.grant(store, "eve", Role.REVIEWER),
    "withdraw": lambda store: members.withdraw(store, "dan"),
    "make a token": lambda store: members.make_token(store, "mine", Role.VIEWER),
    "revoke a token": lambda store: members.revoke_token(store, "ci"),
}


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=list(DECISIONS))
@pytest.mark.parametrize("held", [Role.VIEWER, Role.REVIEWER, Role.RELEASER, None])
def test_below_admin_nothing_is_written(
    store: Store, decide: Callable[[Store], object], held: Role | None
) -> None:
    members.grant(store, "dan", Role.REVIEWER)
    members.make_token(store, "ci", Role.RELEASER)
    if held is not None:
        members.grant(store, BOB.name, held)
    before = events(store)
    for actor in (NOBODY if held is None else BOB, Actor("ci", Way.TOKEN)):
        with acting_as(actor), pytest.raises(RefusedError, match="cannot "):
            decide(store)
    assert events(store) == before
    assert audit.verify(store).broken is None


def test_a_name_is_a_persons_or_a_tokens(store: Store) -> None:
    members.grant(store, "bob", Role.ADMIN)
    members.make_token(store, "ci", Role.REVIEWER)
    with pytest.raises(RefusedError, match="name of a token"):
        members.grant(store, "ci", Role.ADMIN)
    with pytest.raises(RefusedError, match="person with a role named bob"):
        members.make_token(store, "bob", Role.VIEWER)
    with pytest.raises(RefusedError, match="a token named ci"):
        members.make_token(store, "ci", Role.VIEWER)
    assert role(store, Actor("bob", Way.TOKEN)) == Role.VIEWER
    assert role(store, Actor("ci", Way.SIGNED_IN)) == Role.VIEWER


def test_a_token_acts_with_its_role_until_it_is_revoked(store: Store) -> None:
    secret = members.make_token(store, "ci", Role.REVIEWER)
    actor = members.actor_of_token(store, secret)
    assert actor == Actor("ci", Way.TOKEN)
    with acting_as(actor), write(store) as session:
        assert authorise(session, Role.REVIEWER, to="try") == actor
        with pytest.raises(RefusedError, match=r"needs the releaser role, and .* is a reviewer"):
            authorise(session, Role.RELEASER, to="try")
    members.revoke_token(store, "ci")
    assert role(store, actor) == Role.VIEWER
    with pytest.raises(RefusedError, match="or was revoked"):
        members.actor_of_token(store, secret)


@pytest.mark.parametrize("secret", ["", "signoff_", "ci", "a" * 64, "\udcff"])
def test_a_secret_that_nobody_was_given_is_refused(store: Store, secret: str) -> None:
    members.make_token(store, "ci", Role.REVIEWER)
    with pytest.raises(RefusedError, match="This token is unknown"):
        members.actor_of_token(store, secret)


def test_a_secret_is_kept_nowhere_and_its_hash_does_not_open(store: Store) -> None:
    secret = members.make_token(store, "ci", Role.REVIEWER)
    store.engine.dispose()
    kept = b"".join(path.read_bytes() for path in store.home.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert secret.removeprefix(members.PREFIX).encode() not in kept
    with store.read() as session:
        (event,) = ACCESS_EVENTS.read(session)
    assert event.secret is not None
    with pytest.raises(RefusedError):
        members.actor_of_token(store, event.secret)


def test_a_token_ends_after_its_days(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = members.make_token(store, "ci", Role.REVIEWER, days=3)
    actor = members.actor_of_token(store, secret)
    assert role(store, actor) == Role.REVIEWER
    later(monkeypatch, timedelta(days=3))
    assert role(store, actor) == Role.VIEWER
    with pytest.raises(RefusedError, match="The token ci expired on"):
        members.actor_of_token(store, secret)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Set the clock forward."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
            return datetime.now(UTC) + by

    for module in (authorisation, members):
        monkeypatch.setattr(module, "datetime", Clock)


def test_a_token_is_never_admin_and_ends_at_a_sensible_time(store: Store) -> None:
    with pytest.raises(InputError, match="cannot have the Admin role"):
        members.make_token(store, "ci", Role.ADMIN)
    for days in (0, -1, 10**9):
        with pytest.raises(InputError, match="cannot be valid for"):
            members.make_token(store, "ci", Role.VIEWER, days=days)
    assert events(store) == 0


def test_what_a_person_holds_is_what_their_last_event_gave() -> None:
    at = datetime(2026, 5, 31, tzinfo=UTC)
    given = [("a", "reviewer"), ("b", "admin"), ("a", None), ("a", "releaser"), ("b", None)]
    now = role_grants(
        Granted(at=at, by="x", name=name, role=role)
        if role
        else Withdrawn(at=at, by="x", name=name)
        for name, role in given
    )
    assert {name: event.role for name, event in now.people.items()} == {"a": "releaser"}


@pytest.mark.parametrize(
    ("number", "why", "script"),
    [
        (1, "access_events/1 differs from entry 1 in role", "UPDATE {} SET role='admin'"),
        (2, "differs from entry 2 in name", "UPDATE {} SET name='eve' WHERE id = 2"),
        (3, "in secret", "UPDATE {} SET secret=replace(secret, substr(secret, 1, 1), 'x')"),
        (3, "in expires_at", "UPDATE {} SET expires_at = NULL WHERE id = 3"),
        (3, "cannot be read", "UPDATE {} SET expires_at = 'noon' WHERE id = 3"),
        (2, "access_events/2, which is missing", "DELETE FROM {} WHERE id = 2"),
        (
            4,
            "access_events/4 has no entry",
            (
                "INSERT INTO {} (at, by, kind, name, role)"
                " SELECT at, by, kind, 'eve', 'admin' FROM {} WHERE id = 1"
            ),
        ),
        (3, "access_events/3 has no entry", "DELETE FROM audit WHERE number = 3"),
        (2, "does not match its hash", "UPDATE audit SET content = replace(content, 'bob', 'e')"),
    ],
)
def test_whoever_tampers_with_roles_is_found_and_where(
    store: Store, number: int, why: str, script: str
) -> None:
    members.grant(store, "ann", Role.RELEASER)
    members.grant(store, "bob", Role.REVIEWER)
    members.make_token(store, "ci", Role.VIEWER, days=9)
    assert audit.verify(store).broken is None
    tamper(store, script.format("access_events", "access_events"))
    broken = audit.verify(store).broken
    assert broken is not None
    assert (broken.number, why in broken.why) == (number, True), broken


@pytest.mark.parametrize("lost", ["audit", "access_events", "release_events"])
def test_a_table_that_was_taken_out_is_told_in_a_sentence(store: Store, lost: str) -> None:
    members.grant(store, "bob", Role.REVIEWER)
    tamper(store, f"DROP TABLE {lost}")
    with pytest.raises(StorageError, match=f"is damaged.*no such table: {lost}"):
        audit.verify(store)


def test_admins_that_race_keep_one_chain(store: Store) -> None:
    prepare = """
import sys
from core.access.identity import Role
from core.access import members
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)"""
    act = """
for n in range(10):
    members.grant(store, f"p{sys.argv[1]}-{n}", Role.REVIEWER)"""
    assert race(prepare, act, processes=2) == ["", ""]
    verdict = audit.verify(store)
    assert (verdict.events, verdict.broken) == (20, None)


def test_two_who_give_one_name_at_once_make_one_token(store: Store) -> None:
    prepare = """
from core.errors import RefusedError
from core.access.identity import Role
from core.access import members
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)"""
    act = """
try:
    members.make_token(store, "ci", Role.REVIEWER)
    print("made")
except RefusedError:
    print("refused")"""
    assert sorted(race(prepare, act, processes=3)) == ["made", "refused", "refused"]


def test_the_local_operator_is_admin_and_nobody_looks(store: Store) -> None:
    assert role(store, Actor("ada", Way.LOCAL)) == Role.ADMIN
    assert role(store, NOBODY) == Role.VIEWER
    with (
        acting_as(NOBODY),
        store.read() as session,
        pytest.raises(SignoffError, match="not signed in"),
    ):
        authorise(session, Role.REVIEWER, to="try")
