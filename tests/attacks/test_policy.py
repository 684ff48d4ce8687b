"""The rules cannot be changed for one minute: not by the file, and not unseen in the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from core import audit
from core.release import adoption
from core.release.policy import FILE
from core.release.policy_events import POLICY_EVENTS, adoptions
from core.release.review import approve, propose
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import by, set_policy
from tests.tampering import tamper

OURS = "[maximum_churn]\nshare = 1\n[reviewed_by_someone_else]\nteam_of_one = false\n"
ALONE = OURS.replace("false", "true")


@pytest.fixture
def store(road: Road) -> Store:
    """Ada has proposed #3 under a policy that asks for four eyes."""
    set_policy(road.store, OURS)
    propose(road.store, 3)
    return road.store


@contextmanager
def for_a_minute(store: Store, text: str) -> Iterator[None]:
    """The file says that meanwhile, and afterwards what it said before."""
    before = (store.home / FILE).read_bytes()
    (store.home / FILE).write_text(text)
    yield
    (store.home / FILE).write_bytes(before)


def test_the_proposer_who_changes_the_file_for_a_minute_approves_nothing(store: Store) -> None:
    with for_a_minute(store, ALONE):
        refused = signoff("release", "approve", 3, "--comment", "mine")
        assert_refused(refused, "ada proposed #3, so somebody else must approve it")
        for shown in ("show", "check"):
            said = signoff("release", shown, 3).out
            assert "Note: release-policy.toml is not in force" in said
            assert "reviewed_by_someone_else.team_of_one: false → true" in said
        asked = signoff("release", "policy", "adopt", "--comment", "just now")
        assert "takes effect when somebody else adopts it" in asked.out
        assert_refused(signoff("release", "policy", "adopt"), "somebody else must adopt it")
        assert_refused(signoff("release", "approve", 3, "--comment", "mine"), "somebody else")
    entries = signoff("audit", "export").out
    assert "just now" in entries
    assert audit.verify(store).broken is None
    assert adoption.read_policy(store).four_eyes


def test_what_one_asked_for_is_not_what_another_adopts_if_it_was_changed_since(
    store: Store,
) -> None:
    (store.home / FILE).write_text(OURS.replace("share = 1", "share = 0.9"))
    with by("ada"):
        adoption.adopt(store)
    (store.home / FILE).write_text(ALONE)
    with by("bob"):
        asked = adoption.adopt(store)
    assert asked is not None
    assert (asked.kind, asked.by) == ("asked", "bob")
    assert adoption.read_policy(store).four_eyes


FORGED = """
INSERT INTO policy_events (at, by, kind, text, digest, comment)
SELECT at, 'bob', 'adopted', replace(text, 'false', 'true'), '{digest}', ''
FROM policy_events WHERE kind = 'adopted'
"""


def believe_the_table(patch: pytest.MonkeyPatch) -> None:
    """Judge as a Signoff does that somebody has changed: the log is not asked."""

    def believed(session: Session) -> object:
        return adoption._recorded(adoptions(POLICY_EVENTS.read(session))[-1])

    patch.setattr(adoption, "_chained", believed)


def test_a_row_that_the_log_does_not_know_judges_nothing(store: Store) -> None:
    tamper(store, FORGED.format(digest=adoption.parse(ALONE.encode()).digest))
    refused = signoff("release", "approve", 3, "--comment", "mine")
    assert_refused(refused, "not the one that the audit log says was adopted")
    assert_refused(signoff("release", "check", 3), "not the one that the audit log says")


def test_a_row_that_is_there_for_a_minute_only_is_found_by_what_was_judged_by_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = adoption.parse(ALONE.encode()).digest
    tamper(store, FORGED.format(digest=digest))
    believe_the_table(monkeypatch)
    approve(store, 3, comment="mine")
    tamper(store, f"DELETE FROM policy_events WHERE digest = '{digest}'")  # noqa: S608
    found = audit.verify(store).broken
    assert found is not None
    assert "was judged by a policy that was not in force" in found.why
    assert_refused(signoff("audit", "verify"), f"broken at entry {found.number}")


def test_a_policy_that_is_gone_for_a_minute_is_found_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_policy(store, OURS + "[minimum_metric]\nf1_macro = 1\n")
    tamper(
        store,
        "CREATE TABLE kept AS SELECT * FROM policy_events;"
        "UPDATE policy_events SET (text, digest) ="
        " (SELECT text, digest FROM policy_events ORDER BY id LIMIT 1)",
    )
    believe_the_table(monkeypatch)
    with by("bob"):
        approve(store, 3, comment="fine")
    tamper(
        store,
        "DELETE FROM policy_events; INSERT INTO policy_events SELECT * FROM kept; DROP TABLE kept",
    )
    found = audit.verify(store).broken
    assert found is not None
    assert "was judged by a policy that was not in force" in found.why


def test_a_text_under_anothers_digest_judges_nothing(store: Store) -> None:
    tamper(store, "UPDATE policy_events SET text = replace(text, 'false', 'true')")
    assert_refused(
        signoff("release", "approve", 3, "--comment", "mine"), "was changed outside of Signoff"
    )
    assert_refused(signoff("audit", "verify"), "policy_events/1 differs from entry 1 in text")
