"""A workspace that cannot be written, or whose disk is full, can still be looked at."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from core.access import members
from core.access.identity import Role
from core.settings import settings
from core.store import open_store
from core.store.executions import listing
from core.store.sqlite import DATABASE
from tests.commands import LIMIT_SECONDS, assert_refused, signoff
from tests.conftest import Road
from tests.unwritable import make_unwritable

LOOKING = [
    ("executions", "list"),
    ("executions", "show", "3"),
    ("audit", "verify"),
    ("audit", "export"),
    ("snapshot", "list"),
    ("snapshot", "verify", "small"),
    ("users", "list"),
    ("tokens", "list"),
    ("release", "list"),
    ("release", "policy"),
    ("alias", "list"),
    ("ledger", "list"),
    ("feedback", "summary"),
    ("feedback", "export"),
    ("seal", "status"),
    ("subreddits", "list"),
    ("topics", "3"),
    ("db", "upgrade"),
]
ACTING = [
    ("users", "set", "zoe@example.com", "viewer"),
    ("release", "propose", "5"),
    ("compare", "3", "5"),
]
CHANGED = "SELECT count(*) FROM sqlite_master WHERE name = 'extra'"
REFUSED = [*ACTING[:2], ("db", "backup")]
NOBODY = 65_534


@pytest.fixture
def closed_road(road: Road) -> Road:
    """Nobody has it open, so nothing lies beside the database."""
    road.store.engine.dispose()
    assert not list(road.store.home.glob("*-wal"))
    return road


@pytest.fixture
def unwritable(closed_road: Road, monkeypatch: pytest.MonkeyPatch) -> Road:
    make_unwritable(monkeypatch)
    return closed_road


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_it_can_be_looked_at(unwritable: Road, words: tuple[str, ...]) -> None:
    outcome = signoff(*words)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    assert not list(unwritable.store.home.glob(f"{DATABASE}-*"))


@pytest.mark.parametrize("words", ACTING, ids=" ".join)
def test_it_cannot_be_changed(unwritable: Road, words: tuple[str, ...]) -> None:
    assert_refused(signoff(*words), DATABASE)


def test_what_is_looked_at_is_never_old(closed_road: Road, unwritable: Road) -> None:
    """Each question opens the file anew."""
    store = open_store(unwritable.store.home)
    with store.read() as session:
        assert not session.scalar(text(CHANGED))
    with closing(sqlite3.connect(store.home / DATABASE)) as other:
        other.execute("CREATE TABLE extra (one TEXT)")
        other.commit()
    with store.read() as session:
        assert session.scalar(text(CHANGED))


def test_changes_that_cannot_be_read_are_not_left_out(unwritable: Road) -> None:
    (unwritable.store.home / f"{DATABASE}-wal").write_bytes(b"changes")
    assert_refused(signoff("executions", "list"), "its last changes cannot be read", "Copy the")


def test_a_foreign_folder_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refused)
    assert_refused(signoff("executions", "list"), f"Cannot read {home}", "Permission denied")


def mounting(script: str) -> list[str]:
    return ["unshare", "--mount", "bash", "-ec", script]


def can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    tried = mounting("mount -t tmpfs -o size=1m none /mnt")
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="needs the right to mount")
READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
FULL = """
cp -r "$1" "$2"; mount -t tmpfs -o size=$(($(du -sk "$1" | cut -f1) * 2 + 4096))k none "$1"
cp -r "$2"/. "$1"; head -c 1G /dev/zero >"$1"/filling 2>&1 || true
"""


@pytest.mark.slow
@needs_mounts
@pytest.mark.parametrize(
    ("disk", "left"), [(READ_ONLY, True), (FULL, False)], ids=["read-only-killed", "full-closed"]
)
def test_on_a_real_disk(closed_road: Road, tmp_path: Path, disk: str, left: bool) -> None:
    home = closed_road.store.home
    if left:
        kill_a_writer(home)
    lines = "\n".join(f"signoff {' '.join(words)} >/dev/null" for words in LOOKING[:6])
    acts = "\n".join(f"signoff {' '.join(words)} && exit 9" for words in REFUSED)
    script = f'{disk}\nsignoff() {{ "$3" "$@"; }}\n'.replace('"$3"', str(SIGNOFF))
    ended = subprocess.run(
        [*mounting(f"{script}{lines}\n{acts}\ntrue"), "bash", home, tmp_path / "copy"],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env={**os.environ, "SIGNOFF_HOME": str(home)},
        check=False,
    )
    said = [line for line in ended.stderr.splitlines() if "filling" not in line]
    assert ended.returncode == 0, ended
    assert len(said) == len(REFUSED), ended.stderr
    assert "Unexpected" not in ended.stderr


SIGNOFF = Path(sys.executable).with_name("signoff")


def kill_a_writer(home: Path) -> None:
    """Whose last change lies in the log only."""
    child = os.fork()
    if not child:
        connection = sqlite3.connect(home / DATABASE)
        connection.execute("CREATE TABLE extra (one TEXT)")
        connection.commit()
        os._exit(0)
    os.waitpid(child, 0)
    assert (home / f"{DATABASE}-wal").stat().st_size


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("change", [0o555, 0o777], ids=["folder", "database"])
def test_as_an_account_that_may_not_write(closed_road: Road, change: int) -> None:
    home = closed_road.store.home
    for path in [home, *home.parents]:
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    (home / DATABASE).chmod(0o444)
    home.chmod(change)
    assert as_nobody(lambda: numbers(home)) == "[1, 2, 3, 4, 5, 6]"
    assert "can be read, but not written" in as_nobody(lambda: write(home))


def numbers(home: Path) -> list[int]:
    with open_store(home).read() as session:
        return sorted(one.number for one in listing(session, kinds=()))


def write(home: Path) -> None:
    members.grant(open_store(home), "zoe@example.com", Role.VIEWER)


def as_nobody(act: Callable[[], object]) -> str:
    """What it gives, or raises, in a process of the account ``nobody``."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            said = str(act())
        except BaseException as error:  # noqa: BLE001 - it is what is told
            said = f"{type(error).__name__}: {error}"
        os.write(writes, said.encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as said_there:
        answer = said_there.read()
    os.waitpid(child, 0)
    return answer


@pytest.fixture(autouse=True)
def no_cached_settings() -> Iterator[None]:
    yield
    settings.cache_clear()
