"""Nobody but its owner reads a workspace, unless a setting says so."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import settings
from core.store import open_store


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened(home: Path) -> dict[str, int]:
    """Opens a workspace, writes something, and tells the modes of what is there."""
    store = open_store(home)
    artifact = store.artifacts.open(store.artifacts.put_bytes(b"something"))
    backup = store.back_up()
    found = {"home": mode(home), "artifact": mode(artifact), "backup": mode(backup)}
    found |= {path.name: mode(path) for path in home.glob("signoff.db*")}
    store.engine.dispose()
    return found


def test_a_new_workspace_is_its_owners(home: Path) -> None:
    found = opened(home)
    assert found["home"] == 0o700
    assert found["signoff.db"] == 0o600
    assert not any(each & 0o077 for each in found.values())
    assert found["artifact"] == 0o400


def test_one_that_was_open_to_all_is_closed_when_it_is_opened(home: Path) -> None:
    opened(home)
    home.chmod(0o755)
    for path in home.glob("signoff*.db*"):
        path.chmod(0o644)
    found = opened(home)
    assert not any(each & 0o077 for each in found.values())


def test_a_team_that_shares_it_has_what_the_umask_gives(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_SHARE_WORKSPACE", "true")
    settings.cache_clear()
    found = opened(home)
    assert (found["home"], found["signoff.db"], found["artifact"]) == (0o755, 0o644, 0o444)
    home.chmod(0o2770)
    assert opened(home)["home"] == 0o2770


def test_a_folder_that_holds_other_things_is_not_closed(home: Path) -> None:
    home.mkdir(mode=0o755)
    (home / "somebody's").write_text("")
    assert opened(home)["home"] == 0o755
    assert mode(home / "signoff.db") == 0o600


def test_a_folder_that_everybody_uses_is_never_closed(home: Path) -> None:
    home.mkdir()
    home.chmod(0o1777)
    assert opened(home)["home"] == 0o1777
    assert opened(home)["home"] == 0o1777
