"""The house keeps its rules."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
# Written in parts, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(
        host.replace("|", r"\.")
        for host in ("pypi|org", "pythonhosted|org", "registry|npmjs|org", "proxy|golang|org")
    )
    + r"|--(extra-)?index[-]url\s+\S"
)


def committed_files() -> list[Path]:
    """What git tracks, or would track."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if (path := REPOSITORY / name).is_file()]


def test_each_floor_imports_only_the_floors_below() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_committed_file_names_a_package_registry() -> None:
    found = [
        f"{path}: {hit.group()}"
        for path in committed_files()
        if (hit := REGISTRIES.search(path.read_bytes().decode("latin-1")))
    ]
    assert found == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        path.relative_to(REPOSITORY / "core").as_posix()
        for path in (REPOSITORY / "core").rglob("*.py")
        if re.search(r"os\.(environ\[|environ\.get|getenv)", path.read_text(encoding="utf-8"))
    ]
    assert set(readers) <= {"settings.py", "cli/servers.py"}  # it hands its choice to Streamlit


def test_only_three_files_know_sqlite() -> None:
    """Tables may name options for it, as SQLAlchemy spells them; a comment may name it."""
    words = r"sqlite3|dialects|PRAGMA|VACUUM|BEGIN IMMEDIATE|wal_checkpoint|secure_delete|-wal\b"
    knowing = [
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("core", "dashboard")
        for path in (REPOSITORY / folder).rglob("*.py")
        if re.search(words, path.read_text(encoding="utf-8"))
    ]
    names = ("sqlite", "sqlite_connections", "sqlite_health")
    assert sorted(knowing) == [f"core/store/{name}.py" for name in names]


def test_core_never_prints() -> None:
    printers = [
        path.relative_to(REPOSITORY / "core").as_posix()
        for path in (REPOSITORY / "core").rglob("*.py")
        if re.search(r"(?<![\w.])print\(", path.read_text(encoding="utf-8"))
    ]
    assert printers == []
