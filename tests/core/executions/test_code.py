"""Which code ran, told from temporary git repositories."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.executions import code
from core.executions.code import CodeVersion, code_version, source_digest

Git = Callable[..., str]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``core`` of one file that stands in for Signoff's own."""
    folder = tmp_path / "checkout" / "core"
    folder.mkdir(parents=True)
    (folder / "model.py").write_text("one = 1\n")
    monkeypatch.setattr(code, "_SOURCE", folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return folder


@pytest.fixture
def git(source: Path) -> Git:
    """Runs git in a new repository with everything committed."""

    def run(*words: str) -> str:
        who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", *who, *words], cwd=source.parent, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("init", "--quiet")
    run("add", ".")
    run("commit", "--quiet", "--message", "first")
    return run


def look() -> CodeVersion:
    forget()
    try:
        return code_version()
    finally:
        forget()


def forget() -> None:
    code_version.cache_clear()
    source_digest.cache_clear()


def test_a_clean_checkout_is_its_commit(git: Git) -> None:
    found = look()
    assert (found.commit, found.patch) == (git("rev-parse", "HEAD"), b"")
    said = found.as_json(None)
    assert (said["dirty"], said["patch"], said["note"]) == (False, None, None)


def test_changes_and_new_files_are_in_the_patch_and_restore_the_tree(
    source: Path, git: Git, tmp_path: Path
) -> None:
    (source / "model.py").write_text("one = 2\n")
    (source / "new file.py").write_text("two = 2\n")
    (source / "logo.svg").write_bytes(bytes(range(256)))
    found = look()
    assert found.as_json("d" * 64)["dirty"]
    patch = tmp_path / "patch"
    patch.write_bytes(found.patch)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    git("stash", "--quiet", "--include-untracked")
    git("apply", str(patch))
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


def test_ignored_files_and_those_outside_the_code_are_not_captured(source: Path, git: Git) -> None:
    (source.parent / ".gitignore").write_text("*.secret\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "ignore")
    (source / "key.secret").write_text("secret")
    (source.parent / "notes.txt").write_text("private")
    (source / "local_secret.txt").write_text("private")
    (source / "posts.csv").write_text("private")
    assert look().patch == b""


def test_secrets_are_masked_and_it_says_so(source: Path, git: Git) -> None:
    (source / "model.py").write_text('one = 2\nAPI_KEY = "0a1b2c3d4e5f"\n')
    (source / "new.toml").write_text('password = "correct horse"\n')
    found = look()
    assert b"0a1b2c" not in found.patch
    assert b"horse" not in found.patch
    assert b"+one = 2" in found.patch
    assert found.as_json("d" * 64)["note"] == (
        "2 lines of the patch looked like secrets and were masked"
    )


def test_outside_a_checkout_it_says_so_and_still_names_the_code(source: Path) -> None:
    found = look()
    assert (found.commit, found.patch) == (None, b"")
    assert len(found.source) == 64
    assert "not a git checkout" in found.as_json(None)["note"]


def test_a_repository_without_a_commit_counts_as_none(source: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=source.parent, check=True)
    assert look().commit is None


def test_a_machine_without_git_counts_as_none(
    git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert look().commit is None


def test_the_digest_follows_the_code_and_nothing_else(source: Path, git: Git) -> None:
    first = look().source
    (source / "notes.txt").write_text("not code")
    git("commit", "--quiet", "--allow-empty", "--message", "second")
    assert look().source == first
    (source / "model.py").write_text("one = 2\n")
    assert look().source != first


def test_what_lies_between_two_commits_is_a_patch_without_secrets(source: Path, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    (source / "fine.py").write_text('password = "hunter2hunter2"\nx = 1\n')
    git("add", ".")
    git("commit", "--quiet", "--message", "second")
    after = git("rev-parse", "HEAD")
    patch = code.changes_between(before, after)
    assert patch is not None
    assert b"+x = 1" in patch
    assert b"hunter2" not in patch
    assert code.changes_between(before, "0" * 40) is None
    assert code.changes_between(before, "--output=x") is None
