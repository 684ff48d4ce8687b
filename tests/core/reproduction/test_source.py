"""The code of an execution is checked out as it was, or it is said why not."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import RefusedError
from core.executions import Execution, get
from core.executions.code import tree
from core.reproduction import source
from core.reproduction.source import source_of
from core.settings import settings
from tests.conftest import Road

Git = Callable[..., str]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which Signoff and, in a folder of it, a project lie; changed since."""
    folder = tmp_path / "checkout"
    for name in ("core/x.py", "team/signoff.toml"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("first\nsecond\nthird\n")
    for words in (
        ("init", "--quiet"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "one"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "core/x.py").write_text("first\nsecond\nchanged\n")
    (folder / "team/signoff.toml").write_text("")
    (folder / "team/new.toml").write_text("x = 1\n")
    monkeypatch.setattr(source, "CHECKOUT", folder)
    monkeypatch.setenv("SIGNOFF_PROJECT", str(folder / "team"))
    settings.cache_clear()
    return folder


def ran(road: Road, checkout: Path, **more: Any) -> Execution:
    """An execution of this code, as it would be recorded."""
    ours, theirs = tree(checkout, new=("core",)), tree(checkout / "team", new=(".",))
    assert ours is not None
    assert theirs is not None
    code = {
        "commit": ours.commit,
        "patch": road.store.artifacts.put_bytes(ours.patch),
        "source": "s" * 64,
        "note": ours.note,
        **theirs.as_json(road.store.artifacts.put_bytes(theirs.patch)),
    }
    return replace(get(road.store, 3), code={**code, **more})


def worktrees(checkout: Path) -> int:
    words = ["git", "worktree", "list"]
    listed = subprocess.run(words, cwd=checkout, check=True, capture_output=True)
    return len(listed.stdout.splitlines())


def test_the_tree_is_as_it_was_even_after_an_interrupt_nothing_is_left(
    road: Road, checkout: Path
) -> None:
    then = ran(road, checkout)
    (checkout / "core/x.py").write_text("changed once more\n")
    with pytest.raises(KeyboardInterrupt), source_of(road.store, then) as found:
        assert (found.signoff / "core/x.py").read_text() == "first\nsecond\nchanged\n"
        assert found.project.name == "team"
        assert (found.project / "signoff.toml").read_text() == ""
        assert (found.project / "new.toml").read_text() == "x = 1\n"
        assert worktrees(checkout) == 3
        raise KeyboardInterrupt
    assert worktrees(checkout) == 1
    assert not found.signoff.exists()
    assert (checkout / "core/x.py").read_text() == "changed once more\n"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ({"commit": "0" * 40}, "which is not in"),
        ({"commit": None, "note": "not a git checkout"}, "was in no git repository"),
        ({"patch": "e" * 64}, "no longer kept"),
    ],
)
def test_code_that_is_not_here_is_refused(
    road: Road, checkout: Path, code: dict[str, Any], why: str
) -> None:
    with pytest.raises(RefusedError, match=why), source_of(road.store, ran(road, checkout, **code)):
        pass
    assert worktrees(checkout) == 1


def test_a_masked_line_that_was_there_before_no_longer_applies(road: Road, checkout: Path) -> None:
    (checkout / "core/x.py").write_text('first\npassword = "correct horse"\n')
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet",
                    "--all", "--message", "two"], cwd=checkout, check=True)  # fmt: skip
    (checkout / "core/x.py").write_text('second\npassword = "correct horse"\n')
    with pytest.raises(RefusedError, match="no longer apply"):
        source_of(road.store, ran(road, checkout)).__enter__()


def test_installed_without_history_only_the_same_code_runs_again(
    road: Road, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = ran(road, checkout)
    monkeypatch.setattr(source, "CHECKOUT", None)
    with pytest.raises(RefusedError, match="without its history"), source_of(road.store, then):
        pass
    monkeypatch.setattr(source, "source_digest", lambda _name: then.code["source"])
    with source_of(road.store, then) as found:
        assert "the same as here" in found.notes[0]
