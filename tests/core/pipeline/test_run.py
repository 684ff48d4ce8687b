"""From a commit to a report in one command, and nothing twice."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.collect.alone import alone
from core.executions import grouping, listing
from core.pipeline.kinds import training
from core.settings import settings
from core.store import open_store
from tests.commands import assert_refused, signoff
from tests.projects import Project, make_project
from tests.workspaces import copied, once


def place(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("SIGNOFF_HOME", raising=False)
    patch.setenv("SIGNOFF_PROJECT", str(folder))
    settings.cache_clear()


@pytest.fixture(scope="module")
def begun(plain_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose pipeline has run once; a full disk ended the first attempt."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
            patch.setenv("SIGNOFF_USER", "ada")
            place(folder, patch)
            make_project(folder)
            with pytest.MonkeyPatch.context() as full:

                def fail(*_: Any, **__: Any) -> None:
                    raise OSError(errno.ENOSPC, "No space left on device")

                full.setattr(training, "train", fail)
                failed = signoff("pipeline", "run")
                assert failed.code == 1
                assert "✗ train: failed" in failed.out
                assert "A disk is full" in failed.err
            again = signoff("pipeline", "run", "--json").json
            assert states(again)["import"] == states(again)["snapshot"] == "reused"
            assert states(again)["train"] == "ran"
            with_store = open_store(folder / "data" / "workspace")
            statuses = [run.status for run in listing(with_store, kinds=("pipeline",))]
            with_store.engine.dispose()
            assert statuses == ["succeeded", "failed"]

    return once(tmp_path_factory, "project", make)


@pytest.fixture
def project(
    begun: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    folder = copied(begun, tmp_path / "team")
    for file in folder.rglob("*"):  # a copy shares files that this one may write to
        if file.is_file() and os.access(file, os.W_OK):
            content = file.read_bytes()
            file.unlink()
            file.write_bytes(content)
    place(folder, monkeypatch)
    return Project(folder)


def states(done: Any) -> dict[str, str]:
    return {step["step"]: step["state"] for step in done["steps"]}


def run(*words: str) -> Any:
    return signoff("pipeline", "run", *words, "--json").json


def executions(project: Project) -> int:
    store = open_store(project.home)
    try:
        return len(listing(store))
    finally:
        store.engine.dispose()


def test_a_commit_that_changes_a_parameter_leads_to_a_report_and_once_more_to_nothing(
    project: Project,
) -> None:
    assert run()["execution"] is None
    project.edit("epoch = 5", "epoch = 9")
    due = {step["step"]: step["why"] for step in run("--dry-run")["steps"] if step["why"]}
    assert due["train"].startswith("epoch 5 → 9 since #")
    assert due["compare"] == "after train"
    before = executions(project)
    done = run()
    assert [name for name, state in states(done).items() if state == "ran"] == [
        *("train", "compare", "report", "propose")
    ]
    report = (project.folder / "reports" / "report.md").read_text()
    for said in ("macro F1", "epoch", "propose"):
        assert said in report
    assert executions(project) > before
    count = executions(project)
    again = run()
    assert again["execution"] is None
    assert set(states(again).values()) == {"reused"}
    assert executions(project) == count


def test_lists_show_one_line_for_a_pipeline(project: Project) -> None:
    store = open_store(project.home)
    first, *others = grouping.steps(store, most=9).groups
    assert first.execution.kind == "pipeline"
    assert first.told == "+2 steps"
    assert [each.execution.kind for each in others][:1] == ["pipeline"]
    store.engine.dispose()


def test_new_posts_are_counted_and_what_is_looked_at_only_is_not_done(project: Project) -> None:
    project.add_posts(posts=70)
    count = executions(project)
    due = {step["step"]: step["why"] for step in run("--dry-run")["steps"]}
    assert due["import"].startswith("another")
    assert due["snapshot"] == "after import"
    assert executions(project) == count
    assert states(run("--until", "import")) == {"import": "ran"}
    due = {step["step"]: step["why"] for step in run("--dry-run")["steps"]}
    assert due["snapshot"].startswith("40 new posts since #")
    only = run("--only", "train", "--set", "train.epoch=6")
    assert states(only) == {"import": "reused", "snapshot": "reused", "train": "ran"}
    assert_refused(
        signoff("pipeline", "run", "--only", "report", "--json"), "not up to date", "--until"
    )


def test_a_grid_is_trained_side_by_side_and_its_best_goes_on(project: Project) -> None:
    done = run("--set", "train.grid.epoch=[5, 6]", "--until", "train")
    (train,) = [step for step in done["steps"] if step["step"] == "train"]
    assert "the best of 2 trainings" in train["said"]
    again = run("--set", "train.grid.epoch=[6, 5]", "--until", "train")
    assert again["execution"] is None


def test_of_two_runs_at_once_the_second_says_who_runs(project: Project) -> None:
    store = open_store(project.home)
    with alone(store, "pipeline"):
        assert_refused(signoff("pipeline", "run"), f"number {os.getpid()}", "--wait")
    store.engine.dispose()


def test_in_continuous_integration_it_needs_neither_key_nor_sealed_test_and_decides_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = _sealed(project)
    assert sealed
    for path in [*sealed, project.home / "seal.key"]:
        path.chmod(0o600)
        path.unlink()
    monkeypatch.setenv("SIGNOFF_CI", "1")
    project.add_posts(posts=70)
    done = run("--set", "train.epoch=9")
    assert states(done)["propose"] == "ran"
    assert states(done)["snapshot"] == "reused"
    assert not (project.home / "seal.key").exists()
    (train,) = [step for step in done["steps"] if step["step"] == "train"]
    number = train["executions"][0]
    for words in (
        ("release", "test", number, "--reason", "I want to"),
        ("release", "approve", number, "--comment", "Good"),
        ("release", "reject", number, "--comment", "Bad"),
        ("release", "policy", "adopt"),
        ("snapshot", "create", "--force"),
    ):
        assert_refused(signoff(*words), "In continuous integration (SIGNOFF_CI)")


def _sealed(project: Project) -> list[Path]:
    from core.snapshots import listing as snapshots

    store = open_store(project.home)
    found = [store.artifacts.open(each.sealed_test) for each in snapshots(store)]
    store.engine.dispose()
    return found
