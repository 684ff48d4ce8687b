"""A project is found from any folder below it, and its file sets what a file may."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import Settings, settings


@pytest.fixture
def project(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A team's project, and a working directory two folders below it."""
    made = tmp_path / "team"
    (made / "notes" / "old").mkdir(parents=True)
    (made / "signoff.toml").touch()
    monkeypatch.delenv("SIGNOFF_HOME")
    monkeypatch.chdir(made / "notes" / "old")
    settings.cache_clear()
    return made


def told(project: Path, text: str) -> Settings:
    (project / "signoff.toml").write_text(text)
    settings.cache_clear()
    return settings()


def test_it_is_found_from_below_and_its_children_find_it_from_anywhere(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = told(project, "[settings]\nkeep_text_days = 7\n")
    assert given.project == project
    assert given.home == project / "data" / "workspace"
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    assert settings().project is None
    for name, value in given.as_environment().items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    assert settings() == given


def test_paths_lie_in_the_project_and_the_environment_counts_more_than_env_and_that_than_toml(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "[settings]\nhome = 'ws'\nkeep_text_days = 7\nshare_workspace = true\n"
    assert told(project, text).home == project / "ws"
    (project / ".env").write_text("SIGNOFF_KEEP_TEXT_DAYS=8\nSIGNOFF_REDDIT_CLIENT_SECRET=s\n")
    assert told(project, text).keep_text_days == 8
    monkeypatch.setenv("SIGNOFF_KEEP_TEXT_DAYS", "9")
    given = told(project, text)
    assert (given.keep_text_days, given.reddit_client_secret) == (9, "s")
    assert given.share_workspace


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = [", "line 1: this is not TOML"),
        ("settings = 3", "line 1: settings takes a table"),
        (
            "\n[settings]\nkeep_txt_days = 1",
            "line 3: .*'keep_txt_days'. Did you mean keep_text_days",
        ),
        ("[settings]\nkeep_text_days = 'x'", "line 2: keep_text_days cannot be 'x'"),
        ("[settings]\nhome = 3", "line 2: home cannot be 3"),
        ("[settings]\nuser = 'mallory'", "line 2: user is set, but .*SIGNOFF_USER"),
        ("[settings]\nproject = '/'", "line 2: project is set"),
        (
            "[settings]\nseal_key = 'x'",
            "with it. Remove that line, and set SIGNOFF_SEAL_KEY in",
        ),
        ("[settings]\nreddit_client_secret = 'x'", "in the environment"),
        ("[settings]\naudit_anchor = 'https://a:b@example.com'", "in the environment"),
    ],
)
def test_what_it_may_not_say_is_told_with_its_line(project: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        told(project, text)


def test_a_file_of_another_user_is_refused(project: Path) -> None:
    if not hasattr(os, "getuid") or os.getuid():
        pytest.skip("only root can give files away")
    os.chown(project / "signoff.toml", 4_711, 4_711)
    with pytest.raises(InputError, match="belongs to another user"):
        settings()


def test_a_named_project_must_be_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_PROJECT", str(tmp_path))
    with pytest.raises(InputError, match=r"no signoff.toml in .*: signoff init"):
        settings()


def test_a_working_directory_that_is_gone_lies_in_no_project(project: Path) -> None:
    Path.cwd().rmdir()
    settings.cache_clear()
    assert settings().project is None
