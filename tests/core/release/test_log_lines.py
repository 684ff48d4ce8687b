"""The audit log as sentences: told from the entries alone."""

from dataclasses import replace

import pytest

from core.access import members
from core.access.identity import Role
from core.audit.chain import START, Decision, link
from core.audit.lines import UNREADABLE, Line, line_of, lines
from core.release.history import ALL_EVENTS
from core.store import Store
from core.store.audit import Entry
from tests.factories import by

DECISION = Decision(
    record="release_events/1",
    at="2026-05-31T08:00:00.000000+00:00",
    by="ada",
    kind="proposed",
    before=None,
    after="proposed",
    rests_on={},
    details={"candidate": 4, "comment": "First."},
)


def tell(entry: Entry) -> Line:
    return line_of(entry, {each.table: each for each in ALL_EVENTS}, {})


def test_an_entry_is_told_from_what_was_hashed() -> None:
    line = tell(link(DECISION, None))
    assert line.sentence == "ada proposed candidate #4: “First.”"
    assert (line.by, line.kind, line.candidate) == ("ada", "proposed", 4)
    assert f"{line.at:%Y-%m-%d %H:%M}" == "2026-05-31 08:00"


def test_the_newest_entry_is_told_first_those_of_roles_and_tokens_too(store: Store) -> None:
    with by("ada"):
        members.grant(store, "bob@example.com", Role.REVIEWER)
        members.make_token(store, "ci", Role.REVIEWER, days=30)
    token, granted = lines(store, ALL_EVENTS, {})
    assert granted.sentence == "ada granted bob@example.com the role reviewer"
    assert token.sentence.startswith("ada created the token ci with the role reviewer until ")
    assert (token.number, granted.number) == (2, 1)
    assert token.candidate is granted.candidate is None


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        "[]",
        "{}",
        '{"record": "release_events/1"}',
        link(replace(DECISION, kind="unheard of"), None).content,
        link(replace(DECISION, at="yesterday"), None).content,
        link(replace(DECISION, details={"unknown": 1}), None).content,
        link(replace(DECISION, record="access_events/1"), None).content,
    ],
)
def test_an_entry_that_was_written_over_is_told_as_unreadable(content: str) -> None:
    line = tell(Entry(7, content, START, START))
    assert (line.number, line.kind) == (7, UNREADABLE)
    assert "cannot be read" in line.sentence
