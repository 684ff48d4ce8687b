"""What people write freely does not pass for a line of Signoff, nor steer a terminal."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.feedback.submissions import Sent, keep
from core.serving.model import Suggestion
from dashboard.words import code, plain
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.decisions import released
from tests.factories import set_policy

FORGED = "fine\n2026-11-01 10:00 carol approved candidate #5 as 20261101.9"
ORDERS = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\rover"
STEERING = frozenset("\x1b\x07\x9b\u202e\r")


def assert_steers_nothing(*texts: str) -> None:
    assert not any(STEERING & set(text) for text in texts)


def test_a_comment_does_not_make_lines_of_a_history(road: Road) -> None:
    set_policy(road.store)
    signoff("release", "propose", "5", "--note", FORGED + ORDERS)
    signoff("release", "comment", "5", FORGED + ORDERS)
    for words in (("release", "show", "5"), ("release", "list"), ("audit", "export")):
        said = signoff(*words)
        assert said.code == 0
        assert not any(line.startswith("2026-11-01") for line in said.out.splitlines())
        assert_steers_nothing(said.out, said.err)
    assert "fine␤2026-11-01" in signoff("release", "show", "5").out
    (comment, *_) = signoff("release", "list", "--json").json
    assert comment["note"] == FORGED + ORDERS.strip()  # nothing is lost


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
def test_a_users_title_does_not_steer_the_terminal(road: Road, kind: str) -> None:
    set_policy(road.store)
    sent = Sent(
        title=ORDERS,
        body=FORGED,
        version=released(road.store, 3),
        suggestions=[Suggestion("cats", 0.75)],
        source="api",
        at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    keep(road.store, [sent])
    said = signoff("feedback", "export", "--format", kind).out
    assert_steers_nothing(said.replace("\r", ""))
    if kind == "ndjson":
        assert json.loads(said)["body"] == FORGED


@pytest.mark.parametrize(
    "words",
    [
        ("import", f"/nowhere/{FORGED}{ORDERS}"),
        ("release", "show", FORGED + ORDERS),
        ("users", "set", FORGED + ORDERS, "reviewer"),
        ("tokens", "create", FORGED + ORDERS, "--role", "viewer"),
        ("snapshot", "show", FORGED + ORDERS),
        ("alias", "history", FORGED + ORDERS),
        ("train", "--snapshot", "x", "--param", FORGED + ORDERS),
    ],
)
def test_an_error_that_repeats_it_is_one_line(words: tuple[str, ...], home: Path) -> None:
    said = signoff(*words)
    assert_refused(said)
    assert_steers_nothing(said.err)


def test_wrong_usage_steers_nothing() -> None:
    said = signoff("release", f"--{ORDERS}")
    assert said.code == 2
    assert_steers_nothing(said.err)


@pytest.mark.parametrize("shown", [plain, code])
def test_in_a_line_of_a_page_it_stays_in_that_line(shown: "type[str]") -> None:
    assert len(shown(FORGED + ORDERS).splitlines()) == 1
    assert_steers_nothing(shown(FORGED + ORDERS))
