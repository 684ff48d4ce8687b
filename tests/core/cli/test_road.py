"""The whole road by the command line, and the JSON that scripts rely on."""

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.commands import assert_refused, installed, signoff
from tests.conftest import Road
from tests.factories import CAREFUL, QUICK, make_corpus, set_policy, write_folder

PARAMS = ["--model", "fasttext"] + [
    word for name, value in QUICK.items() for word in ("--param", f"{name}={value}")
]
METRICS = {
    "accuracy",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "recall_at_1",
    "recall_at_3",
    "recall_at_5",
    "p_at_1_mean",
    "ece",
}


def has(document: dict[str, Any], *keys: str) -> bool:
    missing = set(keys) - set(document)
    assert not missing, f"{missing} of {document}"
    return True


@contextmanager
def as_user(name: str) -> Iterator[None]:
    """Commands inside are run by another user of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNOFF_USER", name)
        yield


def test_from_files_to_a_comparison(home: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "in", make_corpus())
    counts = ("read", "inserted", "updated", "unchanged", "skipped", "subreddits")

    imported = installed("import", folder, "--json").json
    assert has(imported, "execution", "seconds", *counts)
    assert [imported[name] for name in counts] == [240, 240, 0, 0, {}, 4]

    snapshot = installed("snapshot", "create", "--name", "spring", "--json").json
    assert has(snapshot, "execution", "seconds", "snapshot", "digest", "split", "splits")
    assert has(snapshot, "subreddits", "cutoffs")
    assert snapshot["splits"] == {"train": 192, "valid": 24, "test": 24}
    assert snapshot["cutoffs"]["valid"].endswith("Z")

    trained = [
        signoff(
            "train", "--snapshot", "spring", *PARAMS, "--seed", seed, "--threads", 1, "--json"
        ).json
        for seed in (1, 2)
    ]
    for one in trained:
        assert has(one, "execution", "seconds", "model", "family", "params", "metrics")
        assert has(one["metrics"], *METRICS)
    first, second = (one["execution"] for one in trained)

    judged = signoff("evaluate", first, "--on", "spring:train", "--json").json
    assert has(judged, "execution", "seconds", "split", "posts", "metrics")
    assert (judged["split"], judged["posts"]) == ("train", 192)
    assert has(judged["metrics"], *METRICS)

    compared = signoff("compare", first, f"#{second}", "--json").json
    assert has(compared, "execution", "seconds", "kind", "posts", "metrics", "subreddits")
    assert has(compared, "changes", "churn", "p_at_1")
    assert (compared["kind"], compared["posts"]) == ("paired", 24)
    for name in METRICS:
        metric = compared["metrics"][name]
        assert has(metric, "baseline", "candidate", "difference", "interval", "noise", "verdict")
    assert has(compared["subreddits"], "shared", "added", "removed", "better", "worse")
    assert has(compared["churn"], "changed", "fixed", "broken", "swapped")
    assert has(compared["p_at_1"], "baseline_mean", "candidate_mean", "ks", "wasserstein", "psi")
    change = compared["changes"][0]
    assert has(change, "subreddit", "f1_baseline", "f1_candidate", "difference", "interval")
    assert has(change, "p_value", "q_value", "support")
    assert has(compared["confused"], "pairs", "tested", "rarer", "more_often")
    assert all(
        has(pair, "subreddit", "predicted", "baseline", "candidate", "difference", "interval")
        for pair in compared["confusions"]
    )
    assert has(compared["threshold"], "at", "baseline", "candidate", "matches")
    assert len(compared["threshold"]["candidate"]["right"]) == len(compared["threshold"]["at"])

    kinds = [run["kind"] for run in signoff("executions", "list", "--json").json]
    assert kinds == ["compare", "evaluate", *["evaluate", "train"] * 2, "snapshot", "import"]


def test_from_a_proposal_to_an_approval(road: Road) -> None:
    set_policy(road.store, CAREFUL)
    proposed = signoff("release", "propose", 3, "--note", "first", "--json").json
    assert has(proposed, "candidate", "state", "gates", "opening", "budget", "evidence", "next")
    assert (proposed["candidate"], proposed["state"]) == (3, "proposed")
    assert (proposed["opening"], proposed["budget"]["left"]) == (None, 5)
    unopened = signoff("release", "approve", 3, "--comment", "fine")
    assert_refused(unopened, "requires the sealed test of #3", "signoff release test 3")

    tested = signoff("release", "test", 3, "--reason", "it is time", "--json").json
    assert has(tested, "execution", "seconds")
    opening = tested["opening"]
    assert has(opening, "number", "snapshot", "by", "at", "verdict", "evaluation", "comparison")
    assert (tested["state"], opening["state"], opening["baseline"]) == ("tested", "finished", None)
    assert (opening["reason"], opening["evidence"]) == ("it is time", tested["evidence"])
    assert tested["budget"] == {**proposed["budget"], "used": 1, "left": 4}
    own = signoff("release", "approve", 3, "--comment", "fine")
    assert_refused(own, "ada proposed #3, so somebody else must approve it")

    with as_user("bob"):
        seen = ("--evidence", tested["evidence"])
        approved = signoff("release", "approve", 3, "--comment", "fine", *seen, "--json").json
    assert (approved["state"], approved["evidence"]) == ("approved", tested["evidence"])
    assert approved["events"][0]["comment"] == "first"
    assert approved["next"].startswith("Next, by a releaser: release ")
    assert approved["next"].endswith(f". signoff alias set staging {approved['version']}")


def test_from_an_approval_to_a_rollback(road: Road) -> None:
    set_policy(road.store, CAREFUL.replace("false", "true"))  # a team of one
    for words in (("propose", 3), ("test", 3, "--reason", "it is time")):
        signoff("release", *words)
    approved = signoff("release", "approve", 3, "--comment", "fine", "--json").json
    version = approved["version"]
    early = signoff("alias", "set", "production", version)
    assert_refused(early, "has not been in staging", f"signoff alias set staging {version}")
    signoff("alias", "set", "staging", version)
    moved = signoff("alias", "set", "production", version, "--json").json
    assert has(moved, "name", "version", "event", "by", "at")
    assert (moved["name"], moved["version"], moved["by"]) == ("production", version, "ada")

    assert signoff("release", "propose", 5, "--json").json["comparison"]
    assert signoff("release", "comment", 5, "looks good", "--json").json["state"] == "proposed"
    signoff("release", "test", 5, "--reason", "the next")
    approved = signoff("release", "approve", 5, "--comment", "better", "--json").json
    second = approved["version"]
    assert [event["event"] for event in approved["events"]] == [
        *("proposed", "commented", "opened", "tested", "approved"),
    ]
    signoff("alias", "set", "staging", second)
    canary = signoff("alias", "canary", second, "--share", 0.25, "--json").json
    assert (canary["event"], canary["version"], canary["share"]) == ("canary", second, 0.25)
    stale = signoff("alias", "set", "production", second, "--expect", "nothing")
    assert_refused(stale, "somebody has moved it")
    signoff("alias", "set", "production", second, "--expect", version, "--json").json  # noqa: B018
    back = signoff("alias", "rollback", "production", "--json").json
    assert (back["event"], back["version"]) == ("rolled_back", version)

    assert [c["state"] for c in signoff("release", "list", "--json").json] == ["released"] * 2
    history = signoff("alias", "history", "production", "--json").json
    assert [event["version"] for event in history] == [version, second, version]
    listed = {one["name"]: one for one in signoff("alias", "list", "--json").json["aliases"]}
    assert has(listed["production"], "name", "version", "event", "by", "at")
    names = {"production": version, "staging": second, "canary": second}
    assert {name: one["version"] for name, one in listed.items()} == names

    assert_refused(signoff("alias", "clear", "production"), "get no answer", "signoff alias set")
    signoff("alias", "set", "shadow", second)
    assert_refused(
        signoff("alias", "clear", "shadow", "--expect", version), "somebody has moved it"
    )
    assert f"ada cleared shadow (was {second})" in signoff("alias", "clear", "shadow").out
    assert {one["name"] for one in signoff("alias", "list", "--json").json["aliases"]} == set(names)
    gone = signoff("alias", "history", "shadow", "--json").json[0]
    assert (gone["event"], gone["version"], gone["before"]) == ("cleared", None, second)
    ledger = signoff("ledger", "list", "--json").json
    assert [(row["candidate"], row["state"]) for row in ledger["openings"]] == [
        (5, "finished"),
        (3, "finished"),
    ]
    assert ledger["openings"][0]["baseline"] == 3
    assert signoff("audit", "verify").code == 0


def test_what_was_run_can_be_shown_and_the_database_be_copied(road: Road) -> None:
    shown = signoff("executions", "show", 3, "--json").json
    assert has(shown, "execution", "seconds", "status", "params", "inputs", "outputs", "code")
    assert shown["execution"] == 3
    assert "192 posts of 4 subreddits" in signoff("executions", "show", 3, "--log").out
    copied = signoff("db", "backup", "--json").json
    assert Path(copied["backup"]).stat().st_size
    assert signoff("db", "upgrade", "--json").json["schema"]
    (listed,) = signoff("snapshot", "list", "--json").json
    shown = signoff("snapshot", "show", "small", "--json").json
    assert shown["digest"] == listed["digest"] == road.snapshot.digest


def test_the_same_training_gives_the_earlier_back_unless_forced(road: Road) -> None:
    words = ("train", "--snapshot", "small", *PARAMS, "--seed", 1, "--threads", 1, "--json")
    assert signoff(*words).json["execution"] == 3
    forced = signoff(*words, "--force").json
    assert forced["execution"] == 7
    assert forced["model"] == road.baseline.digest


def test_people_are_told_in_words_what_comes_next(road: Road) -> None:
    said = signoff("compare", 3, 5)
    assert (said.code, said.err) == (0, "")
    assert "no difference between #5 and #3: macro F1" in said.out
    assert "macro F1" in said.out
    said = signoff("release", "propose", 3)
    assert "Next, by a reviewer: test it on a newer split, or reject it." in said.out
    set_policy(road.store)
    assert "signoff release approve 3 --comment '…'" in signoff("release", "show", 3).out


def test_a_comparison_is_told_in_the_terminal(road: Road, tmp_path: Path) -> None:
    said = signoff("compare", 3, 5, "--table", tmp_path / "changes.csv")
    for fragment in (
        "McNemar, exact: p ",
        "First predictions changed:",
        "Changes in F1 of 4 shared subreddits:",
        " │",
        "r/python",
        "Held to the precision of #3 at p@1 ≥ ",
        f"Every subreddit: {tmp_path / 'changes.csv'}",
    ):
        assert fragment in said.out, said.out


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_subreddit_can_be_taken_away_as_a_file(
    road: Road, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"changes.{suffix}"
    signoff("compare", 3, 5, "--table", path)
    taken = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
    stored = signoff("compare", 3, 5, "--json").json["changes"]
    assert taken["difference"].tolist() == pytest.approx([row["difference"] for row in stored])
    assert taken["subreddit"].tolist() == [row["subreddit"] for row in stored]


def test_one_model_on_two_splits_is_compared_as_two_samples(road: Road) -> None:
    other = signoff("evaluate", 3, "--on", "small:train", "--json").json["execution"]
    found = signoff("compare", other, 4, "--json").json
    assert (found["kind"], found["posts"], found["posts_baseline"]) == ("unpaired", 24, 192)
    assert "one model on two sets of posts" in found["sentence"]
    assert "trained on 100.0% of these posts" in found["caveats"][0]
    assert found["slices"] is None
    said = signoff("compare", other, 4).out
    assert "Fisher, exact, two samples" in said


def test_topics_are_suggested_written_once_and_used(road: Road) -> None:
    groups = signoff("topics", 3, "--json").json["groups"]
    assert sorted(name for members in groups.values() for name in members) == [
        *("cats", "cooking", "python", "space"),
    ]
    before = signoff("compare", 3, 5, "--json").json
    assert before["topics"] == "confusions"
    assert "Edit it" in signoff("topics", 3, "--write").out
    path = road.store.home / "topics.toml"
    assert tomllib.loads(path.read_text()) == groups
    assert signoff("topics", 3, "--write").code == 1
    path.write_text('animals = ["Cats"]\n')
    after = signoff("compare", 3, 5, "--json").json
    assert after["topics"] == "file"
    topics = {row["subreddit"]: row["topic"] for row in after["changes"]}
    assert topics == {"cats": "animals", "cooking": "other", "python": "other", "space": "other"}


def test_without_posts_lists_are_empty_and_say_how_to_begin(store: object) -> None:
    assert json.loads(signoff("snapshot", "list", "--json").out) == []
    assert "signoff import FOLDER" in signoff("executions", "list").out


def test_wrong_usage_is_exit_code_2(home: Path) -> None:
    for words in (["train"], ["compare", "1"], ["nonsense"], ["executions", "list", "--limit", 0]):
        outcome = signoff(*words)
        assert (outcome.code, outcome.out) == (2, "")
    assert not os.path.lexists(home)
