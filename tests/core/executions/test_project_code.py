"""Executions keep what a team's project was, and never what looks like a secret."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.executions import get, record
from core.executions.environment import asked_as
from core.settings import settings as of_signoff
from core.store import Store

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
VALUE = st.text(ALPHABET, min_size=40, max_size=44).map(lambda text: f"a1{text}")
PLACES = {
    ".env": "SIGNOFF_SEAL_KEY={}\n",
    "deploy/.env.production": "ANYTHING {}\n",
    "server.pem": "{}\n",
    "signoff.toml": '[settings]\n# api_key = "{}"\n',
    "new_step.py": 'PASSWORD = "{}"\n',
    "remotes.toml": 'push = "https://ada:{}@example.com/team.git"\n',
    "mirror.toml": 'push = "https://{}@example.com/team.git"\n',
    "service.toml": 'key = "ghp_{}"\n',
    "client.py": "headers = {{'Authorization': 'Bearer {}'}}\n",
}
"""Where secrets lie in projects."""


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; what is in :data:`PLACES` is there already, but for the new ones."""
    folder = tmp_path / "team"
    for name in [*PLACES, "plain.toml"]:
        if "new" not in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("")
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    monkeypatch.setenv("SIGNOFF_PROJECT", str(folder))
    of_signoff.cache_clear()
    return folder


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUE, min_size=len(PLACES) + 2, max_size=len(PLACES) + 2, unique=True))
def test_the_projects_commit_and_changes_are_kept_without_any_secret(
    store: Store, project: Path, secrets: list[str]
) -> None:
    *own, remote, asked = secrets
    git(project, "config", "remote.origin.url", f"https://ada:{remote}@example.com/team.git")
    for secret, (name, text) in zip(own, PLACES.items(), strict=True):
        (project / name).write_text(text.format(secret))
    (project / "plain.toml").write_text("epochs = 20\n")
    with asked_as(f"signoff import https://ada:{asked}@example.com/posts.csv"):
        with record(store, "check", params={}, inputs={}) as run:
            pass
    made = get(store, run.number)
    assert len(made.code["project_commit"]) == 40
    assert made.code["project_dirty"]
    kept = store.artifacts.read(made.code["project_patch"]).decode()
    assert "+epochs = 20" in kept
    everything = f"{kept} {made}"
    assert [secret for secret in secrets if secret in everything] == []
