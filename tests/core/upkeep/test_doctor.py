"""Whatever is wrong with a workspace is said, with what mends it; and nothing changes."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.executions import record
from core.snapshots import find
from core.snapshots.recognising import Fits, fits
from core.store import store_as_it_is
from core.store.presence import Presence
from core.store.sqlite import DATABASE
from core.store.sqlite_health import writer
from core.upkeep import files
from core.upkeep.doctor import Finding, examine, is_well
from core.upkeep.finding import State
from tests import demo_workspace
from tests.commands import signoff
from tests.properties import examples
from tests.workspaces import copied, overwrite

OTHER_KEY = b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    copied(demo_workspace.built(tmp_path_factory), home)
    home.chmod(0o700)
    return home


def run(home: Path, *statements: str, **values: str) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        for statement in statements:
            connection.execute(statement, values)


def model_of_production(home: Path) -> Path:
    query = """SELECT digest FROM models JOIN versions ON candidate = execution
        JOIN aliases USING (version) WHERE name = 'production'"""
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        (digest,) = connection.execute(query).fetchone()
    return home / "artifacts" / str(digest)[:2] / str(digest)


def flip_a_byte(home: Path) -> None:
    path = model_of_production(home)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    overwrite(path, bytes(content))


def set_schema(home: Path, revision: str) -> None:
    run(home, "UPDATE alembic_version SET version_num = :revision", revision=revision)


def draft(home: Path) -> None:
    with (home / "release-policy.toml").open("a") as file:
        file.write("# later")


def tamper(home: Path) -> None:
    run(
        home,
        "DROP TRIGGER audit_no_update",
        "UPDATE audit SET content = replace(content, 'demo', 'dema') WHERE number = 5",
    )


def truncate(home: Path) -> None:
    content = (home / DATABASE).read_bytes()
    (home / DATABASE).write_bytes(content[: len(content) // 5])


Break = Callable[[Path], object]
FAULTS: dict[str, tuple[Break, set[str]]] = {
    "no workspace": (shutil.rmtree, {"workspace"}),
    "an empty folder": (lambda home: (home / DATABASE).unlink(), {"workspace"}),
    "not a database": (lambda home: (home / DATABASE).write_text("garbage" * 999), {"database"}),
    "half a database": (truncate, {"database"}),
    "a newer schema": (lambda home: set_schema(home, "9999"), {"database"}),
    "an older schema": (lambda home: set_schema(home, "0012"), {"database"}),
    "rows without their rows": (
        lambda home: run(home, "UPDATE posts SET subreddit_id = 99999 WHERE rowid = 1"),
        {"content"},
    ),
    "a model is gone": (
        lambda home: model_of_production(home).unlink(),
        {"artifacts", "released models"},
    ),
    "a byte is another": (flip_a_byte, {"artifacts", "released models"}),
    "another key": (lambda home: (home / "seal.key").write_bytes(OTHER_KEY), {"seal key"}),
    "a key for everybody": (lambda home: (home / "seal.key").chmod(0o644), {"seal key"}),
    "an edited log": (tamper, {"audit log", "policy"}),
    "a draft": (draft, {"policy"}),
    "an open folder": (lambda home: home.chmod(0o755), {"permissions"}),
    "left behind": (lambda home: (home / "artifacts" / "tmp-killed").mkdir(), {"left behind"}),
    "nothing": (Path.exists, set()),
}
SLOW = {
    *("no workspace", "not a database", "an older schema", "a key for everybody", "a draft"),
    *("rows without their rows", "left behind", "a model is gone", "an open folder"),
}
"""Like others."""


def looked(home: Path, *, thorough: bool = False) -> list[Finding]:
    """What the doctor says, who has changed nothing."""
    before = contents(home)
    findings = examine(home, thorough=thorough)
    assert contents(home) == before
    return findings


def contents(home: Path) -> dict[Path, tuple[int, int]]:
    return {path: ((s := path.stat()).st_size, s.st_mtime_ns) for path in home.rglob("*")}


def wrong(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings if finding.is_wrong}


@pytest.mark.parametrize(
    "fault",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in FAULTS],
)
def test_what_is_wrong_is_said_with_what_mends_it(demo: Path, fault: str) -> None:
    damage, expected = FAULTS[fault]
    damage(demo)
    findings = looked(demo, thorough=fault in {"a byte is another", "nothing"})
    assert wrong(findings) == expected
    assert is_well(findings) == (not expected)
    assert all(finding.found.hint for finding in findings if finding.is_wrong)
    asked = {finding.check for finding in findings if finding.found.state is State.UNKNOWN}
    assert bool(asked) == bool(expected & {"workspace", "database"})


def test_work_that_stands_still_is_said_and_a_killed_run_is_not_wrong(demo: Path) -> None:
    run(
        demo,
        """INSERT INTO executions SELECT 999, kind, 'running', by, started_at, NULL, command,
        params, inputs, outputs, metrics, code, environment, '{"pid": 1, "token": "ab"}',
        NULL, NULL, NULL, NULL, NULL FROM executions WHERE number = 1""",
        """INSERT INTO servers VALUES ('silent', 'host', 1, 'http://localhost:8600',
        '2026-11-30 10:00:00.000000', '2026-11-30 10:00:00.000000', '{}', '[]')""",
    )
    with Presence(demo / "processes").enter("silent"):
        findings = {finding.check: finding for finding in looked(demo)}
    assert wrong(list(findings.values())) == {"servers"}
    assert "#999 ended with its process" in findings["runs"].found.sentence


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
def test_who_holds_the_write_lock_is_named(demo: Path) -> None:
    database = demo / DATABASE
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        assert writer(database) is None
        connection.execute("BEGIN IMMEDIATE")
        assert writer(database) == os.getpid()


@pytest.mark.slow
def test_a_full_disk_is_said_with_the_number(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LEAST_ROOM", 1 << 60)
    (room,) = (found.found for found in looked(demo) if found.is_wrong)
    assert "and 1,073,741,824.0 GiB should be" in room.sentence


def test_what_is_looked_at_cannot_be_written(demo: Path) -> None:
    store = store_as_it_is(demo)
    with pytest.raises(StorageError, match="can be read, but not written"):
        record(store, "train", params={}, inputs={}).__enter__()
    snapshot = find(store, "until-october")
    assert fits(store, snapshot) is Fits.PRESENT
    (demo / "seal.key.previous").write_bytes((demo / "seal.key").read_bytes())
    (demo / "seal.key.previous").chmod(0o600)
    (demo / "seal.key").write_bytes(OTHER_KEY)
    assert fits(store, snapshot) is Fits.PREVIOUS
    store.engine.dispose()


def test_the_command_says_it_in_lines_and_as_json(demo: Path) -> None:
    (demo / "artifacts" / "tmp-killed").mkdir()
    told = signoff("doctor")
    assert told.code == 1
    assert "✗ left behind     Killed processes left 1 folder behind" in told.out
    assert "signoff gc" in told.out
    would = signoff("gc", "--dry-run")
    assert would.out.startswith("Would be removed: 1 folder of a dead process (0 bytes)")
    assert signoff("gc", "--json").json["left_behind"] == {"count": 1, "size": 0}
    told = signoff("doctor", "--json")
    assert told.code == 0
    assert told.json["ok"]


@pytest.mark.slow
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=200)), max_size=5))
@settings(max_examples=examples(40))
def test_a_database_damaged_anywhere_never_stops_the_doctor(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, bytes]]
) -> None:
    home = copied(
        demo_workspace.built(tmp_path_factory), tmp_path_factory.mktemp("damaged") / "demo"
    )
    with (home / DATABASE).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for place, content in damage:
            file.seek(int(place * size))
            file.write(content)
    looked(home)
