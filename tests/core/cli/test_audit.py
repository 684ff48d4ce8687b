"""The log of decisions from the command line."""

import json
import re
import sys
from io import StringIO
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from core.release.review import approve, propose
from core.settings import settings
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.factories import by, lenient_by_default
from tests.tampering import tamper

SECURITY = Path(__file__).parents[3] / "docs" / "security.md"


@pytest.fixture
def decided(road: Road, monkeypatch: pytest.MonkeyPatch) -> Road:
    """Two decisions."""
    lenient_by_default(monkeypatch)
    propose(road.store, 3)
    with by("bob"):
        approve(road.store, 3, comment="größer")
    return road


def cut_off(store: Store) -> None:
    """Take the last decision away with all that it made, as whoever can write the file can."""
    tamper(
        store,
        "DELETE FROM audit WHERE number = 2; DELETE FROM release_events WHERE id = 2;"
        "DELETE FROM versions",
    )


def test_a_whole_log_is_verified_anchored_and_held(decided: Road, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    made = signoff("audit", "anchor", anchors, "--json").json
    assert (made["number"], len(made["head"])) == (2, 64)
    assert "Anchored entry 2" in signoff("audit", "anchor", anchors).out
    found = signoff("audit", "verify", "--anchor", anchors, "--json").json
    assert found == {
        "events": 2,
        "ok": True,
        "first_bad": None,
        "why": None,
        "head": made["head"],
        "anchors": 2,
        "unpushed": [],
        "signed": 0,
        "unsigned": [],
    }
    assert "intact: 2 entries" in signoff("audit", "verify").out
    assert "contains all 2 anchors" in signoff("audit", "verify", "--anchor", anchors).out


def test_a_broken_log_is_told_in_a_sentence_and_in_json(decided: Road, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    signoff("audit", "anchor", anchors)
    cut_off(decided.store)
    assert signoff("audit", "verify").code == 0
    said = ("broken at entry 2", "the log ends with entry 1, but entry 2 was anchored")
    assert_refused(signoff("audit", "verify", "--anchor", anchors), *said)
    assert_refused(signoff("audit", "anchor", anchors), *said)
    outcome = signoff("audit", "verify", "--anchor", anchors, "--json")
    assert outcome.code == 1
    assert said[0] in outcome.err
    found = json.loads(outcome.out)
    assert (found["events"], found["ok"], found["first_bad"]) == (1, False, 2)


def test_an_export_is_printed_or_written(decided: Road, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert signoff("audit", "export", path).out == f"Written: 2 entries to {path}\n"
    assert signoff("audit", "export").out == path.read_text()
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == [1, 2]


def test_an_export_can_be_checked_as_the_documents_say(
    decided: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "log.jsonl"
    signoff("audit", "export", path)
    (code,) = re.findall(r"```python\n(.*?)```", SECURITY.read_text(), re.DOTALL)
    monkeypatch.setattr(sys, "stdin", StringIO(path.read_text()))
    exec(code, {})  # noqa: S102 - our own document
    assert capsys.readouterr().out.split()[-1] == signoff("audit", "verify", "--json").json["head"]
    monkeypatch.setattr(sys, "stdin", StringIO(path.read_text().replace("bob", "eve")))
    with pytest.raises(AssertionError):
        exec(code, {})  # noqa: S102


def test_signatures_of_an_export_can_be_checked_as_the_documents_say(
    road: Road,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = signoff("audit", "key", "create", tmp_path / "ada.pem", "--json").json
    monkeypatch.setenv("SIGNOFF_AUDIT_KEY", made["file"])
    settings.cache_clear()
    propose(road.store, 3)
    log = signoff("audit", "export").out
    (code,) = re.findall(r"```python\n(.*?)```", SECURITY.read_text(), re.DOTALL)
    monkeypatch.setattr(sys, "stdin", StringIO(log))
    exec(code, {})  # noqa: S102 - our own document
    assert f"entry 2 signed by {made['key']}" in capsys.readouterr().out
    signature = json.loads(log.splitlines()[1])["signature"]
    other = signature[:-2] + ("00" if signature[-2:] != "00" else "01")
    monkeypatch.setattr(sys, "stdin", StringIO(log.replace(signature, other)))
    with pytest.raises(InvalidSignature):
        exec(code, {})  # noqa: S102


def test_without_decisions_there_is_a_sentence(road: Road, tmp_path: Path) -> None:
    assert signoff("audit", "verify").out == "There are no decisions yet.\n"
    assert signoff("audit", "export").out == ""
    assert_refused(signoff("audit", "anchor", tmp_path / "a"), "no decision to anchor")
    missing = signoff("audit", "verify", "--anchor", tmp_path / "a")
    assert_refused(missing, "There is no file", "signoff audit anchor")


def test_a_dash_prints_the_export(decided: Road, tmp_path: Path) -> None:
    printed = signoff("audit", "export", "-")
    assert printed.out == signoff("audit", "export").out
    assert not (Path.home() / "-").exists()
