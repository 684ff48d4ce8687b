"""The workflow that a new project gets, run step by step."""

import json
from pathlib import Path

import pytest

from core.settings import settings
from tests.commands import signoff
from tests.fake_github import REPOSITORY, TOKEN, FakeGitHub, github
from tests.projects import Project, make_project
from tests.workflows import Runner

WORKFLOW = ".github/workflows/retrain.yml"


def runner(project: Project, fake: FakeGitHub, folder: Path, event: str, **inputs: str) -> Runner:
    """One that has an empty folder, and the workspace that a person began."""
    folder.mkdir()
    (folder / "event.json").write_text(json.dumps({"pull_request": {"number": 7, "head": {}}}))
    cache = project.folder.parent / "cache"
    environment = {"REPOSITORY": REPOSITORY, "API_URL": fake.api, "RUN_ID": "5", "SHA": "a" * 40}
    environment |= {"EVENT_PATH": str(folder / "event.json")}
    return Runner(
        repository=project.folder,
        folder=folder,
        cache=cache,
        given={"github.event_name": event, "github.token": TOKEN}
        | {f"inputs.{name}": value for name, value in inputs.items()},
        environment={f"GITHUB_{name}": value for name, value in environment.items()},
    )


@pytest.mark.slow
def test_every_step_runs_and_a_person_sees_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("SIGNOFF_PROJECT", str(project.folder))
    monkeypatch.delenv("SIGNOFF_HOME")
    settings.cache_clear()
    assert signoff("pipeline", "run").code == 0  # by a person, with the key
    (project.home / "seal.key").unlink()
    (project.folder / "data").rename(tmp_path / "cache")
    workflow = project.folder / WORKFLOW
    with github() as fake:
        first = runner(project, fake, tmp_path / "first", "workflow_dispatch", set="train.seed=5")
        assert first.run(workflow) == 0, first.output
        assert "Run the pipeline" in first.ran
        assert "Has production drifted?" not in first.ran
        (body,) = fake.bodies
        assert "compared with" in body
        assert "is proposed" in first.output or "is not proposed" in first.output
        again = runner(project, fake, tmp_path / "again", "schedule")
        assert again.run(workflow) == 0, again.output
        assert again.ran.index("Has production drifted?") < again.ran.index("Run the pipeline")
        assert again.given["steps.drift.outputs.retrain"] == "true"
        assert len(fake.bodies) == 1
