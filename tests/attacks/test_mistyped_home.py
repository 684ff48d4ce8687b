"""A command that only looks makes no workspace, which would be taken for one's own, emptied."""

from pathlib import Path

import pytest

from tests.commands import assert_refused, signoff

LOOKING = [
    ("audit", "verify"),
    ("executions", "list"),
    ("snapshot", "list"),
    ("release", "policy", "--init"),
    ("users", "list"),
    ("ledger", "plan", "--snapshot", "small"),
    ("feedback", "summary"),
    ("compare", "1", "2"),
    ("train", "--snapshot", "small"),
    ("serve",),
]


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_a_command_that_looks_makes_no_workspace(home: Path, words: tuple[str, ...]) -> None:
    assert_refused(signoff(*words), f"There is no workspace in {home}", "signoff import FOLDER")
    assert not home.exists()


def test_an_import_makes_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "cats.csv").write_text(
        "id,title,selftext,created_utc\np00001,Kittens,,1369000000\n"
    )
    assert "1" in signoff("import", tmp_path / "cats.csv").out
    assert (home / "signoff.db").is_file()
