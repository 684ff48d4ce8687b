"""The page Ledger & audit: what the sealed tests can still judge, every look, every decision."""

from pathlib import Path

import pytest

from core.access import members
from core.access.identity import Role
from core.audit.lines import lines as log_lines
from core.erasure.erase import erase
from core.release import aliases, openings, review
from core.release.history import ALL_EVENTS
from core.snapshots import find
from core.snapshots.unsealed import unseal
from core.store import Store, open_store
from dashboard.parts import ledger
from tests.dashboard.conftest import Open
from tests.dashboard.deciding import approved, open_test, opened, policy
from tests.dashboard.reading import plain_text_of
from tests.demo_workspace import PRODUCTION, WAITING
from tests.factories import by
from tests.tampering import tamper


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


def test_the_answer_counts_the_decisions_and_says_that_the_log_is_whole(
    store: Store, open_page: Open
) -> None:
    app = open_page("ledger")
    said = plain_text_of(app)
    assert f"{len(log_lines(store, ALL_EVENTS, {}))} decisions by 2 people" in said
    assert "✓ the audit log is intact" in said
    assert "Verified at" in said
    assert not app.error


def test_a_log_that_was_written_over_is_said_to_be_broken_and_where(
    store: Store, open_page: Open
) -> None:
    tamper(store, "UPDATE release_events SET \"by\" = 'eve' WHERE id = 3;")
    app = open_page("ledger")
    said = plain_text_of(app)
    assert "✗ The audit log is broken at entry 4" in said
    assert "differs from entry 4 in by" in said
    assert "signoff audit verify" in [code.value for code in app.code]


def test_an_unreadable_entry_does_not_hide_the_others(store: Store, open_page: Open) -> None:
    tamper(store, "UPDATE audit SET content = 'gone' WHERE number = 3;")
    app = open_page("ledger")
    said = plain_text_of(app)
    assert "broken at entry 3" in said
    assert "This entry cannot be read" in said
    assert "proposed candidate #4" in said


def test_each_split_says_what_it_can_still_judge(store: Store, open_page: Open) -> None:
    said = plain_text_of(open_page("ledger"))
    assert "| until-october | 1,021 |" in said
    assert "| 0 of 10 | 10 | ✓ sealed |" in said
    assert "| 2 of 5 | 3 | ✓ in use |" in said


def test_a_split_says_how_many_of_its_posts_were_erased(store: Store, open_page: Open) -> None:
    erase(store, [unseal(store, find(store, "until-october")).ids[0].as_py()])
    said = plain_text_of(open_page("ledger"))
    assert "| until-october | 1,020, 1 erased since it was frozen |" in said


def test_a_split_that_cannot_judge_says_why_and_what_to_do(store: Store, open_page: Open) -> None:
    policy(store, "epsilon = 0.08", "epsilon = 0.07")
    said = plain_text_of(open_page("ledger"))
    assert "| 2 of 2 | 0 | :orange[✗] spent |" in said
    assert "until-september is spent: 2 uses of 2." in said
    assert "`signoff snapshot create --test-since" in said


@pytest.mark.slow
def test_every_opening_tells_who_when_for_whom_and_why(store: Store, open_page: Open) -> None:
    opened(store)
    said = plain_text_of(open_page("ledger"))
    row = next(line for line in said.splitlines() if "Time to know." in line and "grace |" in line)
    assert f"[#{WAITING}](release?candidate={WAITING})" in row
    assert f"#{PRODUCTION}" in row
    assert "until-october" in row
    assert row.split(" | ")[2] == "? inconclusive"


def test_an_opening_that_was_cut_off_stands_there_unfinished(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(openings, "evaluate_unsealed", None)
        with pytest.raises(TypeError):
            open_test(store)
    assert "… unfinished" in plain_text_of(open_page("ledger")).replace(":orange[…]", "…")


def test_many_openings_come_a_page_at_a_time(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "EACH", 1)
    said = plain_text_of(open_page("ledger"))
    assert "[#8](release?candidate=8) | ? inconclusive" in said
    assert "1 of 2 openings" in said
    said = plain_text_of(open_page("ledger", openings="2"))
    assert "[#4](release?candidate=4) | ? inconclusive" in said
    assert "[#8](release?candidate=8) | ? inconclusive" not in said


def entries(said: str) -> list[str]:
    """The lines of the audit log's table."""
    lines = said[said.index("| Entry") :].splitlines()[2:]
    return lines[: next((n for n, line in enumerate(lines) if not line.startswith("|")), None)]


def test_the_log_is_told_newest_first_with_the_names_of_snapshots(
    store: Store, open_page: Open
) -> None:
    approved(store)
    found = entries(plain_text_of(open_page("ledger")))
    assert f"grace approved candidate #{WAITING}" in found[0]
    assert "grace tested candidate #20 on the sealed test of until-october" in found[1]
    assert "proposed candidate #4" in found[-2]
    assert "adopted the release policy" in found[-1]
    assert len(found) == len(log_lines(store, ALL_EVENTS, {}))


def test_a_link_filters_the_log_by_kind_person_and_candidate(store: Store, open_page: Open) -> None:
    with by("grace"):
        review.comment(store, WAITING, text="Wait for me.")
    assert len(entries(plain_text_of(open_page("ledger", who="grace")))) == 1
    kind = entries(plain_text_of(open_page("ledger", what="proposed")))
    assert len(kind) == 4
    both = entries(plain_text_of(open_page("ledger", what="proposed", candidate=str(WAITING))))
    assert len(both) == 1
    app = open_page("ledger", what="approved", candidate=str(WAITING))
    assert any("No entry matches these filters" in info.value for info in app.info)
    app = open_page("ledger", who="nobody-here")
    assert "nobody-here" in app.warning[0].value.replace("\\", "")


def test_the_ledger_filters_by_alias_and_tells_its_history(store: Store, open_page: Open) -> None:
    with by("rel"):
        aliases.rollback(store, "staging", comment="Not the right one.")
    app = open_page("ledger")
    assert "History of production" in plain_text_of(app)
    app = open_page("ledger", alias="staging")
    said = plain_text_of(app)
    assert "History of staging" in said
    assert "| rel | Not the right one. |" in said
    found = entries(said)
    assert len(found) == 3
    assert all("staging" in line for line in found)


def test_roles_are_in_the_log_as_well(store: Store, open_page: Open) -> None:
    with by("ada"):
        members.grant(store, "grace@example.com", Role.REVIEWER)
    found = entries(plain_text_of(open_page("ledger")))
    assert "ada granted grace@example.com the role reviewer" in found[0]
    assert "| – |" in found[0]


def test_the_head_and_how_to_anchor_it_are_there(store: Store, open_page: Open) -> None:
    codes = [code.value for code in open_page("ledger").code]
    with store.read() as session:
        from core.store import audit

        head = audit.last(session)
    assert head is not None
    assert head.digest in codes
    assert any("signoff audit anchor" in code for code in codes)
