"""What users sent and said, from the command line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.feedback.submissions import Sent, answer, keep
from core.serving.model import Suggestion
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.decisions import released
from tests.factories import set_policy

TITLE = "[red]A kitten[/red] purrs"


@pytest.fixture
def sent(road: Road) -> str:
    """One text for which the user named a subreddit that nobody knows."""
    set_policy(road.store)
    version = released(road.store, 3)
    found = [Suggestion("cats", 0.75), Suggestion("space", 0.25)]
    at = datetime(2026, 11, 2, tzinfo=UTC)
    one = Sent(title=TITLE, body="", version=version, suggestions=found, source="api", at=at)
    public = keep(road.store, [one])[0]
    answer(road.store, public, "DevelEire")
    return public


def test_the_summary_has_figures_by_version_and_over_time(sent: str) -> None:
    told = signoff("feedback", "summary", "--json").json
    (one,) = told["versions"]
    assert (one["texts"], one["answered"], one["right_at_1"]["of"]) == (1, 1, 1)
    assert one["p_at_1"]["mean"] == 0.75
    assert one["p_at_1"]["against"]["split"] == "valid"
    assert [span["begins"] for span in told["over_time"]] == ["2026-11-02"]
    said = signoff("feedback", "summary", "--period", "day").out
    assert "0.0% of 1 (0.0% to 79.3%)" in said
    assert one["right_at_5"]["of"] == 0  # two were suggested
    assert "not a random sample" in said
    assert_refused(signoff("feedback", "summary", "--period", "year"), "is not a period")


def test_nothing_yet_is_said(road: Road) -> None:
    assert "Nobody has sent a text yet" in signoff("feedback", "summary").out
    assert "No text is waiting" in signoff("feedback", "queue").out
    assert_refused(signoff("feedback", "demand"), "No version is in production")


def test_a_text_is_found_in_the_queue_labelled_and_frozen(sent: str) -> None:
    told = signoff("feedback", "queue", "--json").json
    assert (told["waiting"], told["texts"][0]["submission"]) == (1, sent)
    assert TITLE in signoff("feedback", "queue").out  # brackets are text, not style
    labelled = signoff("feedback", "label", sent, "r/cats", "--json").json
    assert labelled == {"submission": sent, "subreddit": "cats", "use": "evaluate", "by": "ada"}
    assert "No text is waiting" in signoff("feedback", "queue").out
    plain = signoff("snapshot", "create", "--json").json
    with_ = signoff("snapshot", "create", "--feedback", "--json").json
    assert with_["splits"]["valid"] == plain["splits"]["valid"] + 1
    assert with_["rules"]["feedback"] is True


def test_a_title_does_not_steer_the_terminal(sent: str, road: Road) -> None:
    version = signoff("feedback", "summary", "--json").json["versions"][0]["version"]
    title = "A \x1b[31mred \x9b2J\u202ekitten"
    one = Sent(title=title, body="", version=version, suggestions=[], source="page")
    answer(road.store, keep(road.store, [one])[0], None)
    said = signoff("feedback", "queue").out
    assert "kitten" in said
    assert not {"\x1b", "\x9b", "\u202e"} & set(said)


def test_a_label_is_a_name_or_aside_and_given_once(sent: str) -> None:
    for words in ((sent,), (sent, "cats", "--aside")):
        assert_refused(signoff("feedback", "label", *words), "Give either a subreddit or --aside")
    assert "set aside" in signoff("feedback", "label", sent, "--aside").out
    assert_refused(signoff("feedback", "label", sent, "cats"), "ada has already set it aside")
    assert (
        "r/cats, to train"
        in signoff("feedback", "label", sent, "cats", "--use", "train", "--again").out
    )


def test_what_is_wanted_comes_on_the_collectors_list(sent: str) -> None:
    told = signoff("feedback", "demand", "--json").json
    assert [(one["subreddit"], one["listed"]) for one in told["wanted"]] == [("DevelEire", False)]
    assert (
        "r/DevelEire is now on the list" in signoff("feedback", "demand", "--add", "DevelEire").out
    )
    assert signoff("feedback", "demand", "--json").json["wanted"][0]["listed"]
    assert_refused(signoff("feedback", "demand", "--version", "20200101.1"), "There is no version")


def test_what_is_known_already_is_said_when_it_is_added(sent: str) -> None:
    said = signoff("feedback", "demand", "--add", "r/Cats").out
    assert "already knows r/Cats" in said
    assert "was already on the list" in said
    told = signoff("feedback", "demand", "--add", "irish", "--json").json
    assert told == {"added": "irish", "new": True, "known": False}
    assert_refused(signoff("feedback", "demand", "--add", "a.b"), "Reddit cannot have a subreddit")


def test_texts_are_erased_by_name(sent: str) -> None:
    assert signoff("feedback", "erase", "--json").json == {"texts": 0, "posts": 0, "backups": []}
    assert "1 text erased, and 0 posts made from them." in signoff("feedback", "erase", sent).out
    assert_refused(signoff("feedback", "erase", "nothing"), "There is no submission")
    signoff("db", "backup")
    assert "Not erased from 1 backup of the database" in signoff("feedback", "erase").out


def test_everything_is_exported(sent: str, tmp_path: Path) -> None:
    assert sent in signoff("feedback", "export").out
    path = tmp_path / "out.csv"
    signoff("feedback", "export", "--format", "csv", "--output", path, "--without-text")
    first, second = path.read_text().splitlines()
    assert first.startswith("submission,at,version,source,tried,p_at_1")
    assert "kitten" not in second
    assert_refused(signoff("feedback", "export", "--format", "xml"), "is not a format")
    refused = signoff("feedback", "export", "--output", tmp_path)
    assert_refused(refused, f"Cannot write to {tmp_path}: Is a directory", "Choose a file")
    assert "SIGNOFF_HOME" not in refused.err
