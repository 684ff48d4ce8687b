"""Where workspaces lie by default, and how other processes get the same settings."""

import sysconfig
from pathlib import Path

import pytest

from core import settings as module
from core.errors import InputError
from core.settings import Settings, data_folder, settings


def test_in_a_checkout_workspaces_lie_in_its_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNOFF_HOME", raising=False)
    assert Settings().home == Path(module.__file__).parents[1] / "data" / "workspace"


def test_installed_they_lie_in_the_users_data_folder_never_among_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SIGNOFF_HOME", raising=False)
    monkeypatch.setattr(module, "CHECKOUT", None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder().name == "signoff"
    assert Settings().home == data_folder() / "workspace"
    assert not Settings().home.is_relative_to(sysconfig.get_path("purelib"))


def test_a_home_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNOFF_HOME", "~nobody-by-this-name/signoff")
    settings.cache_clear()
    with pytest.raises(InputError, match="SIGNOFF_HOME"):
        settings()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://a.org/x\n>", "signoff", "ftp:x"]
)
def test_links_lead_to_a_page_of_the_web(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNOFF_DASHBOARD_URL", address)
    settings.cache_clear()
    with pytest.raises(InputError, match="SIGNOFF_DASHBOARD_URL"):
        settings()


@pytest.mark.parametrize("name", ["project", "home", "audit_key", "shared_posts"])
def test_a_tilde_is_the_home_folder_in_every_path(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"SIGNOFF_{name.upper()}", "~/here")
    given = Settings()
    assert getattr(given, name) == Path.home() / "here"
    assert given.as_environment()[f"SIGNOFF_{name.upper()}"] == str(Path.home() / "here")


def test_every_setting_that_is_a_path_is_tried_above() -> None:
    paths = {
        name for name, field in Settings.model_fields.items() if "Path" in str(field.annotation)
    }
    assert paths == {"project", "home", "audit_key", "shared_posts"}


def test_another_process_gets_what_was_set_and_paths_that_hold_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGNOFF_HOME", "here")
    monkeypatch.setenv("SIGNOFF_KEEP_TEXT_DAYS", "7")
    monkeypatch.delenv("SIGNOFF_USER", raising=False)
    given = Settings().as_environment()
    assert given["SIGNOFF_HOME"] == str(tmp_path / "here")
    assert given["SIGNOFF_KEEP_TEXT_DAYS"] == "7"
    assert "SIGNOFF_USER" not in given
