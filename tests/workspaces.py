"""Workspaces that are made once for all tests, and copies of them for tests that write."""

import fcntl
import filecmp
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.store.artifacts import file_digest
from core.store.sqlite import DATABASE

_BROUGHT = {
    "0007": "DROP TABLE requests; ALTER TABLE executions DROP COLUMN purpose;",
    "0008": "ALTER TABLE jobs DROP COLUMN joined;",
    "0009": """
        DROP TABLE seal_events;
        DROP TABLE store_seals;
        DROP INDEX ix_posts_seal;
        ALTER TABLE posts DROP COLUMN seal;
    """,
    "0010": "DROP TABLE annotation_events;",
    "0011": """
        DROP INDEX ix_submissions_tried;
        ALTER TABLE submissions DROP COLUMN tried;
        ALTER TABLE labels RENAME TO later;
        CREATE TABLE labels (
            id INTEGER NOT NULL PRIMARY KEY,
            submission INTEGER NOT NULL UNIQUE REFERENCES submissions (id),
            at DATETIME NOT NULL,
            "by" VARCHAR NOT NULL,
            subreddit VARCHAR,
            "use" VARCHAR(8) NOT NULL
        );
        INSERT INTO labels SELECT id, submission, at, "by", subreddit, "use" FROM later;
        DROP TABLE later;
    """,
    "0012": "DROP TABLE drift_windows; DROP TABLE drift_files; DROP TABLE drift_models;",
    "0013": """
        DROP TABLE notifications;
        DROP TABLE notification_addresses;
        DROP TABLE drift_alarms;
    """,
}
"""Revision -> what takes out of a database again what it brought."""
_WRITABLE = 0o222


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first test to ask for it makes, for all pytest processes of this run.

    Args:
        make: fills the folder, which does not exist yet.
    """
    shared = factory.getbasetemp()
    return once_in(shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared, name, make)


def once_in(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """The same, in a folder that is known already."""
    made = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = Path(tempfile.mkdtemp(dir=folder, prefix="making-")) / name
            make(making)
            making.rename(made)  # half a workspace is never seen
    return made


def copied(home: Path, to: Path) -> Path:
    """A copy of a workspace that nobody writes to at the moment.

    Artifacts are read-only, so the copy shares their files: who wants to break one takes
    :func:`overwrite`.
    """
    return Path(shutil.copytree(home, to, copy_function=_linked))


def is_copy(home: Path, of: Path) -> bool:
    """Whether nothing was written to the database of a copy."""
    log = home / f"{DATABASE}-wal"
    written = log.exists() and log.stat().st_size > 0
    return not written and filecmp.cmp(home / DATABASE, of / DATABASE, shallow=False)


def become(home: Path, other: Path) -> None:
    """Bring a copy to where another copy of the same workspace has come. It may be open."""
    for path in other.rglob("*"):
        mine = home / path.relative_to(other)
        if path.is_dir():
            mine.mkdir(exist_ok=True)
        elif not mine.exists() and not path.name.startswith(DATABASE):
            _linked(str(path), str(mine))
    with (
        closing(sqlite3.connect(other / DATABASE)) as source,
        closing(sqlite3.connect(home / DATABASE)) as target,
    ):
        source.backup(target)


def overwrite(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of an artifact, in this workspace only."""
    path.unlink()
    path.write_bytes(content)


def assert_untouched(home: Path) -> None:
    """No test wrote into an artifact that its workspace shares with others."""
    for path in home.glob("artifacts/??/*"):
        assert file_digest(path) == path.name, f"a test changed {path} in place"


def _linked(source: str, target: str) -> None:
    if Path(source).stat().st_mode & _WRITABLE:
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def make_older(home: Path, revision: str) -> None:
    """Bring a workspace that nobody has open back to what an older version made of it.

    Args:
        revision: of its database; from "0006" on.
    """
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        for later in sorted(_BROUGHT, reverse=True):
            if later > revision:
                connection.executescript(_BROUGHT[later])
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
