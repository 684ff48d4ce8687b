"""Whoever can write to the database cannot sign in the names of those who have keys."""

import json
from pathlib import Path

import pytest

from core import audit
from core.access import keys
from core.access.identity import Actor, Role, Way, acting_as
from core.access.members import grant
from core.audit import signing
from core.audit.signatures import Unsigned
from core.errors import InputError, NotFoundError, RefusedError
from core.release.review import comment, propose
from core.settings import settings
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import by
from tests.tampering import make_anew, tamper


@pytest.fixture
def key(road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's key; it signs what this process writes."""
    path = tmp_path / "ada.pem"
    signoff("audit", "key", "create", path)
    use(monkeypatch, path)
    return path


@pytest.fixture
def store(road: Road, key: Path) -> Store:
    """Entry 1 registers the key, 2 and 3 are signed."""
    propose(road.store, 3)
    comment(road.store, 3, text="better")
    return road.store


def use(patch: pytest.MonkeyPatch, path: Path | None) -> None:
    """From now on this process signs with that key; None: with none."""
    if path is None:
        patch.delenv("SIGNOFF_AUDIT_KEY")
    else:
        patch.setenv("SIGNOFF_AUDIT_KEY", str(path))
    settings.cache_clear()


def test_what_is_written_with_a_key_is_signed_and_verified(store: Store) -> None:
    checked = audit.verify(store)
    assert (checked.broken, checked.signed, checked.unsigned) == (None, 2, ())
    said = signoff("audit", "verify").out
    assert "Signed: 2 entries." in said
    assert "Note" not in said
    found = signoff("audit", "verify", "--json").json
    assert (found["signed"], found["unsigned"]) == (2, [])
    (registered,) = keys.listing(store)
    lines = [json.loads(line) for line in audit.exported(store)]
    assert [line["key"] for line in lines] == [None, registered.public_key, registered.public_key]
    assert [bool(line["signature"]) for line in lines] == [False, True, True]


def test_a_chain_that_was_hashed_again_no_longer_fits_its_signatures(store: Store) -> None:
    tamper(
        store,
        "UPDATE release_events SET comment = 'worse' WHERE id = 2;"
        "UPDATE audit SET content = replace(content, 'better', 'worse') WHERE number = 3",
    )
    make_anew(store)
    assert_refused(signoff("audit", "verify"), "the signature of entry 3 does not match it")


def test_an_entry_that_lost_its_signature_is_told(store: Store) -> None:
    tamper(store, "DELETE FROM audit_signatures WHERE number = 3")
    assert audit.verify(store).unsigned == (Unsigned("ada", (3,), ()),)
    assert "ada has a key, and 1 entry without a signature: 3." in signoff("audit", "verify").out


def test_a_cut_tail_leaves_its_signatures_behind(store: Store) -> None:
    tamper(store, "DELETE FROM audit WHERE number = 3; DELETE FROM release_events WHERE id = 2")
    assert_refused(signoff("audit", "verify"), "entry 3 was signed, but is missing")


def test_what_another_signs_or_nobody_in_ones_name_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = signing.make_key(tmp_path / "eve.pem", home=store.home)
    keys.register(store, eve.public, name="eve")
    use(monkeypatch, eve.where)
    comment(store, 3, text="in ada's name")
    use(monkeypatch, None)
    comment(store, 3, text="nobody signs this")
    with by("bob"):
        comment(store, 3, text="bob has no key")
    checked = audit.verify(store)
    assert checked.broken is None
    assert checked.unsigned == (Unsigned("ada", (6,), (5,)),)
    assert "1 entry signed with a key that is not theirs: 5." in signoff("audit", "verify").out


def test_a_service_signs_for_those_whom_it_identifies(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "server.pem"
    made = signoff("audit", "key", "create", path, "--name", "dashboard", "--service", "--json")
    assert (made.json["name"], made.json["service"]) == ("dashboard", True)
    use(monkeypatch, path)
    comment(store, 3, text="by a page")
    assert audit.verify(store).unsigned == ()
    assert "dashboard (service)" in signoff("audit", "key", "list").out


def test_a_revoked_key_signs_no_longer(store: Store) -> None:
    (registered,) = keys.listing(store)
    said = signoff("audit", "key", "revoke", registered.public_key[:10])
    assert said.out.startswith("ada revoked the key")
    comment(store, 3, text="later")
    assert keys.listing(store) == []
    assert audit.verify(store).unsigned == ()  # and nothing is asked of ada any more
    assert_refused(signoff("audit", "key", "revoke", "00"), "No keys begin with '00'")


def test_signatures_cannot_be_changed_while_triggers_stand(store: Store) -> None:
    tamper(store, "UPDATE audit_signatures SET signature = '00'")
    assert_refused(signoff("audit", "verify"), "the signature of entry 2 does not match it")
    tamper(store, "UPDATE audit_signatures SET key = CAST(x'ff' AS TEXT)")
    assert_refused(signoff("audit", "verify"), "the signature of entry 2 does not match it")
    with store.read() as session:
        assert store.database.unguarded(session) == []


def test_a_key_that_cannot_be_used_decides_nothing(store: Store, key: Path) -> None:
    key.chmod(0o644)
    with pytest.raises(RefusedError, match="People other than its owner"):
        comment(store, 3, text="x")
    key.chmod(0o600)
    key.write_text("no key")
    with pytest.raises(InputError, match="is not an Ed25519 key"):
        comment(store, 3, text="x")
    key.unlink()
    with pytest.raises(NotFoundError, match="There is no key"):
        comment(store, 3, text="x")
    assert audit.verify(store).events == 3


def test_a_key_lies_outside_of_the_workspace_and_is_written_once(store: Store, key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    inside = signoff("audit", "key", "create", store.home / "key.pem")
    assert_refused(inside, "lies in the workspace")
    before = key.read_bytes()
    assert_refused(signoff("audit", "key", "create", key), "already exists")
    assert_refused(signoff("audit", "key", "register", key), "is registered for ada")
    assert key.read_bytes() == before
    assert "PRIVATE" not in repr(signing.read_key(key))


def test_without_a_name_the_key_lies_in_the_users_configuration(
    road: Road, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    made = signoff("audit", "key", "create", "--json").json
    assert Path(made["file"]).is_relative_to(Path.home())
    said = signoff("audit", "key", "list", "--json").json
    assert [one["key"] for one in said] == [made["key"]]


def test_only_an_admin_registers_the_keys_of_others_and_of_services(road: Road) -> None:
    grant(road.store, "bob@example.com", Role.RELEASER)
    bob = Actor("bob@example.com", Way.SIGNED_IN)
    with acting_as(bob):
        own = keys.register(road.store, "ab" * 32)
        assert own.name == bob.name
        for more in ({"name": "eve"}, {"service": True}):
            with pytest.raises(RefusedError, match="needs the admin role"):
                keys.register(road.store, "cd" * 32, **more)  # type: ignore[arg-type]
        keys.revoke(road.store, "ab" * 32)
    keys.register(road.store, "cd" * 32, name="eve")
    with acting_as(bob), pytest.raises(RefusedError, match="needs the admin role"):
        keys.revoke(road.store, "cd" * 32)
