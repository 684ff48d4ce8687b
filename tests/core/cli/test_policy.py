"""The policy from the command line: seen, begun from the built-in one, and wrong."""

import hashlib
from pathlib import Path

import pytest

from core.release.policy import BUILT_IN, DEFAULT, FILE, REVIEW
from tests.commands import assert_refused, signoff
from tests.conftest import Road


def test_without_a_file_the_built_in_policy_is_shown_and_named(home: Path, store: object) -> None:
    shown = signoff("release", "policy").out
    assert shown.startswith(f"# {BUILT_IN}, ")
    assert shown.strip().endswith(DEFAULT.strip())


def test_a_team_begins_from_the_built_in_policy_and_edits_it(home: Path, store: object) -> None:
    before = signoff("release", "policy", "--json").json
    assert signoff("release", "policy", "--init").code == 0
    begun = signoff("release", "policy", "--json").json
    assert begun == before
    assert "in force already" in signoff("release", "policy", "adopt").out
    text = (home / FILE).read_text().replace("team_of_one = false", "team_of_one = true")
    (home / FILE).write_text(text)
    waiting = signoff("release", "policy", "--json").json
    assert waiting["digest"] == before["digest"]
    setting = {"setting": REVIEW + ".team_of_one", "before": False, "after": True}
    assert waiting["draft"]["changes"] == [setting]
    assert "# Note: release-policy.toml is not in force." in signoff("release", "policy").out
    adopted = signoff("release", "policy", "adopt", "--comment", "just me", "--json").json
    assert (adopted["done"]["event"], adopted["adopted_by"], adopted["draft"]) == (
        *("adopted", "ada"),
        None,
    )
    after = signoff("release", "policy", "--json").json
    assert (after["source"], after["digest"]) == (FILE, adopted["digest"])
    assert after["changed"] == [setting]
    said = signoff("release", "policy").out
    assert said.startswith(f"# {FILE}, adopted by ada on ")
    assert "# It changed reviewed_by_someone_else.team_of_one: false → true" in said
    assert "team_of_one = true" in said


def test_adopting_says_what_takes_effect_and_who_is_still_needed(road: Road) -> None:
    signoff("release", "propose", 3)
    signoff("release", "policy", "--init")
    text = DEFAULT.replace("share = 0.4", "share = 0.3")
    (road.store.home / FILE).write_text(text)
    asked = signoff("release", "policy", "adopt")
    assert "ada has asked for this policy" in asked.out
    assert "maximum_churn.share: 0.4 → 0.3" in asked.out
    draft = signoff("release", "show", 3, "--json").json["policy"]["draft"]
    assert (draft["asked_by"], draft["digest"]) == (
        "ada",
        hashlib.sha256(text.encode()).hexdigest(),
    )
    assert "ada asked for it on" in signoff("release", "check", 3).out
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNOFF_USER", "bob")
        said = signoff("release", "policy", "adopt").out
    assert said.startswith(f"In force from now on: {FILE}, adopted by bob")
    assert "maximum_churn.share: 0.4 → 0.3" in said


def test_without_a_file_there_is_a_sentence(home: Path, store: object) -> None:
    refused = signoff("release", "policy", "adopt")
    assert_refused(refused, "no file", "signoff release policy --init")


def test_a_policy_that_is_there_is_not_written_over(home: Path, store: object) -> None:
    signoff("release", "policy", "--init")
    (home / FILE).write_text("[maximum_churn]\nshare = 0.1\n")
    assert_refused(signoff("release", "policy", "--init"), "already", "Edit it")
    assert (home / FILE).read_text() == "[maximum_churn]\nshare = 0.1\n"
