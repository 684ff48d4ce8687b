"""Roles and tokens from the command line."""

import pytest

from core.access import members
from core.access.identity import Actor, Way
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.tampering import tamper


def test_roles_are_given_listed_and_taken(store: Store) -> None:
    assert "No roles have been granted yet" in signoff("users", "list").out
    given = signoff("users", "set", "Bob@Example.com", "reviewer", "--json").json
    assert (given["name"], given["event"], given["role"], given["by"]) == (
        "bob@example.com",
        "granted",
        "reviewer",
        "ada",
    )
    (bob,) = signoff("users", "list", "--json").json
    assert (bob["name"], bob["role"], bob["by"]) == ("bob@example.com", "reviewer", "ada")
    assert "bob@example.com  reviewer" in signoff("users", "list").out
    said = signoff("users", "remove", "bob@example.com").out
    assert said == "ada removed the role of bob@example.com\n"
    assert signoff("users", "list", "--json").json == []


@pytest.mark.parametrize(
    ("words", "fragments"),
    [
        (("users", "set", "bob", "boss"), ("'boss' is not a role", "viewer, reviewer")),
        (("users", "set", "", "reviewer"), ("is not a valid name",)),
        (("users", "remove", "bob"), ("bob has no role", "signoff users list")),
        (("tokens", "create", "ci", "--role", "admin"), ("cannot have the Admin role",)),
        (("tokens", "create", "ci", "--role", "viewer", "--days", "0"), ("for 0 days",)),
        (("tokens", "revoke", "ci"), ("no token 'ci'", "signoff tokens list")),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    store: Store, words: tuple[str, ...], fragments: tuple[str, ...]
) -> None:
    assert_refused(signoff(*words), *fragments)


def test_a_tokens_secret_is_shown_once_and_alone(store: Store) -> None:
    assert "There are no tokens" in signoff("tokens", "list").out
    made = signoff("tokens", "create", "ci", "--role", "reviewer")
    secret = made.out.strip()
    assert "not shown again" in made.err
    assert members.actor_of_token(store, secret) == Actor("ci", Way.TOKEN)
    other = signoff("tokens", "create", "cd", "--role", "releaser", "--days", "2", "--json").json
    assert members.actor_of_token(store, other["secret"]).name == "cd"
    listed = signoff("tokens", "list", "--json")
    assert [(t["name"], t["role"]) for t in listed.json] == [("cd", "releaser"), ("ci", "reviewer")]
    for shown in (listed, signoff("tokens", "list"), signoff("audit", "export")):
        assert secret not in shown.out
    assert signoff("tokens", "revoke", "ci", "--json").json["event"] == "token_revoked"
    assert signoff("tokens", "revoke", "cd").out == "ada revoked the token cd\n"


def test_a_log_that_was_taken_out_is_told_in_a_sentence(store: Store) -> None:
    tamper(store, "DROP TABLE audit")
    assert_refused(signoff("audit", "verify"), "is damaged", "no such table: audit")
