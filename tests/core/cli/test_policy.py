"""The policy from the command line: seen, begun from the built-in one, and wrong."""

from pathlib import Path

from core.release.policy import BUILT_IN, DEFAULT, FILE
from tests.commands import assert_refused, signoff


def test_without_a_file_the_built_in_policy_is_shown_and_named(home: Path, store: object) -> None:
    shown = signoff("release", "policy").out
    assert shown.startswith(f"# {BUILT_IN}, ")
    assert shown.strip().endswith(DEFAULT.strip())


def test_a_team_begins_from_the_built_in_policy_and_edits_it(home: Path, store: object) -> None:
    before = signoff("release", "policy", "--json").json
    assert signoff("release", "policy", "--init").code == 0
    begun = signoff("release", "policy", "--json").json
    assert (begun["source"], begun["digest"]) == (FILE, before["digest"])
    text = (home / FILE).read_text().replace("team_of_one = false", "team_of_one = true")
    (home / FILE).write_text(text)
    assert signoff("release", "policy", "--json").json["digest"] != before["digest"]
    assert "team_of_one = true" in signoff("release", "policy").out


def test_a_policy_that_is_there_is_not_written_over(home: Path, store: object) -> None:
    signoff("release", "policy", "--init")
    (home / FILE).write_text("[maximum_churn]\nshare = 0.1\n")
    assert_refused(signoff("release", "policy", "--init"), "already", "Edit it")
    assert (home / FILE).read_text() == "[maximum_churn]\nshare = 0.1\n"
