"""A file in the folder where a command runs says neither who acts nor where keys go."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import InputError
from core.settings import CHECKOUT, Settings, env_folder, settings
from tests.commands import assert_refused, signoff

EVIL = "SIGNOFF_USER=mallory\nSIGNOFF_REDDIT_URL=https://evil.example.com\n"


def test_a_file_of_the_working_directory_is_not_read(home: Path, store: object) -> None:
    for folder in (Path(os.environ["HOME"]), home):
        folder.mkdir(exist_ok=True)
        (folder / ".env").write_text(EVIL)
    granted = signoff("users", "set", "bob@example.com", "admin", "--json").json
    assert granted["by"] == "ada"
    settings.cache_clear()
    assert settings().reddit_url == ""


@pytest.mark.parametrize("name", ["user", "reddit_url", "trusted_user_header"])
@pytest.mark.parametrize("written", ["SIGNOFF_{}=x", "signoff_{}=x", "export SIGNOFF_{}='x'"])
def test_not_even_the_projects_own_file_says_who_acts(home: Path, name: str, written: str) -> None:
    line = written.format(name if written.startswith("s") else name.upper())
    (home.parent / ".env").write_text(f"SIGNOFF_KEEP_TEXT_DAYS=7\n{line}\n")
    assert_refused(signoff("users", "list"), f"SIGNOFF_{name.upper()}", "set the variable in the")


def test_the_projects_own_file_says_the_rest(home: Path) -> None:
    (home.parent / ".env").write_bytes(b"\xef\xbb\xbfSIGNOFF_KEEP_TEXT_DAYS=7\n")
    settings.cache_clear()
    assert settings().keep_text_days == 7


@pytest.mark.parametrize(
    "content", ["SIGNOFF_REDDIT_CONTACT=é".encode("latin-1"), b"\xff\xfeS\x00"]
)
def test_a_file_that_is_not_utf8_is_told(home: Path, content: bytes) -> None:
    (home.parent / ".env").write_bytes(content)
    assert_refused(signoff("users", "list"), "is not UTF-8 text. Save it again in UTF-8.")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"SIGNOFF_USER={text}".encode())
)
def test_whatever_a_file_holds_nobody_else_acts(home: Path, content: bytes) -> None:
    (home.parent / ".env").write_bytes(content)
    settings.cache_clear()
    with suppress(InputError):
        assert settings().operator == "ada"


def test_a_file_of_another_user_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "getuid") or os.getuid():
        pytest.skip("only root can give files away")
    (home.parent / ".env").write_text("SIGNOFF_KEEP_TEXT_DAYS=7\n")
    os.chown(home.parent / ".env", 4_711, 4_711)
    assert_refused(signoff("users", "list"), "belongs to another user")


def test_the_folder_is_the_checkouts_unless_a_workspace_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIGNOFF_HOME", str(tmp_path / "team" / "workspace"))
    assert env_folder(Settings()) == tmp_path / "team"
    monkeypatch.delenv("SIGNOFF_HOME")
    assert env_folder(Settings()) == CHECKOUT
