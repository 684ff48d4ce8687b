"""Nobody reviews their own candidate, or gets another's role, by spelling a name differently."""

import pytest

from core.access import members
from core.access.authorisation import role_of
from core.access.identity import Actor, Role, Way
from core.errors import InputError, RefusedError
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import set_policy


@pytest.mark.parametrize(
    "name", ["demo author ", "DEMO  AUTHOR", "Ｄemo Author", "Demo\u00a0Author"]
)
def test_the_author_is_no_second_reviewer(
    road: Road, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    set_policy(road.store, "[reviewed_by_someone_else]\nteam_of_one = false\n")
    monkeypatch.setenv("SIGNOFF_USER", "Demo Author")
    signoff("release", "propose", 5)
    monkeypatch.setenv("SIGNOFF_USER", name)
    assert_refused(
        signoff("release", "approve", 5, "--comment", "fine"), "somebody else must approve it"
    )


def test_a_name_with_control_characters_acts_nowhere(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_USER", "Demo Author\ncarol")
    assert_refused(signoff("release", "propose", 5), "Set SIGNOFF_USER to a name")


def test_a_role_is_one_persons_in_any_case_and_nobodys_who_resembles_them(store: Store) -> None:
    members.grant(store, "Bob", Role.RELEASER)
    with pytest.raises(RefusedError, match="already has"):
        members.grant(store, "bob", Role.RELEASER)
    with pytest.raises(RefusedError, match="already a person"):
        members.make_token(store, "BOB", Role.VIEWER)
    with store.read() as session:
        assert role_of(session, Actor("bob", Way.SIGNED_IN)) == Role.RELEASER
        assert role_of(session, Actor("ｂob", Way.SIGNED_IN)) == Role.VIEWER
    with pytest.raises(InputError, match="is not a valid name"):
        members.grant(store, "ｂob", Role.ADMIN)
    members.withdraw(store, "BOB")
    assert members.people(store) == []


def test_a_token_is_revoked_in_any_case(store: Store) -> None:
    members.make_token(store, "CI", Role.VIEWER)
    assert members.revoke_token(store, "ci").name == "CI"
    assert members.tokens(store) == []
