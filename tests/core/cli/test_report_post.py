"""Reports on pull requests, as a workflow posts them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.fake_github import FORK, REPOSITORY, TOKEN, FakeGitHub, github

HEAD = "f" * 40


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub whose workflow runs for pull request 7."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": HEAD}}}))
    with github() as fake:
        given = {"TOKEN": TOKEN, "REPOSITORY": REPOSITORY, "API_URL": fake.api, "RUN_ID": "5"}
        given |= {"EVENT_PATH": str(event), "STEP_SUMMARY": str(tmp_path / "summary.md")}
        for name, value in {**given, "SHA": "a" * 40, "SERVER_URL": "https://git.example"}.items():
            monkeypatch.setenv(f"GITHUB_{name}", value)
        yield fake


def test_it_is_posted_once_and_the_commit_has_a_status(
    road: Road, fake: FakeGitHub, tmp_path: Path
) -> None:
    told = signoff("report", "post", 3, 5)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("A comment with the report was written: https://github.example/c/")
    found = signoff("report", "post", 3, 5, "--json").json
    assert found["posted"]["did"] == "updated"
    (body,) = fake.bodies
    assert "compared with" in body
    (commit, status), _ = fake.statuses
    assert commit == HEAD
    assert (status["state"], status["context"]) == ("failure", "signoff/validation")
    assert status["target_url"] == f"https://git.example/{REPOSITORY}/actions/runs/5"
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("compared with") >= 2
    assert TOKEN not in told.out + told.err + body


def test_without_the_right_to_write_it_stands_in_the_summary(
    road: Road, fake: FakeGitHub, tmp_path: Path
) -> None:
    fake.mood = lambda what: FORK if what.startswith("POST") else None
    told = signoff("report", "post", 3, 5)
    assert told.code == 0
    assert "Not posted: The token is not allowed to do this in team/posts" in told.err
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("# ")
    assert not fake.comments


def test_outside_of_a_workflow_it_says_what_is_missing(
    road: Road, fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str, value: str, said: str) -> None:
        with monkeypatch.context() as patch:
            patch.setenv(f"GITHUB_{name}", value)
            assert_refused(signoff("report", "post", 3, 5), said)

    refused("TOKEN", "", "GITHUB_TOKEN is not set")
    refused("REPOSITORY", "../posts", "GITHUB_REPOSITORY is not OWNER/NAME")
    refused("API_URL", "http://api.example", "GITHUB_API_URL is not an https address")
    refused("EVENT_PATH", "/nowhere", "GITHUB_EVENT_PATH names no readable JSON")
    refused("RUN_ID", "x", "GITHUB_RUN_ID makes no sense")
    assert not fake.asked
