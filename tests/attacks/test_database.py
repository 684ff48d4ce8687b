"""Whoever edits the database where a decision rests on it is found, and nothing of it is served."""

import pytest

from core import audit
from core.errors import BrokenChainError, NotFoundError
from core.release import aliases
from core.release.released import released_model
from core.release.review import propose
from core.serving.suggest import load_version
from core.store import Store
from core.store.sqlite import GUARDED
from tests import decisions
from tests.conftest import Road
from tests.factories import set_policy
from tests.tampering import tamper

OTHER = "f" * 64
GROUNDS = {
    "models": ["digest", "family", "snapshot", "normaliser", "subreddits"],
    "evaluations": [
        "model_execution",
        "snapshot",
        "split",
        "posts",
        "k",
        "metrics",
        "predictions",
        "subreddits",
        "summary",
    ],
    "snapshots": [
        "created_at",
        "split",
        "rules",
        "normaliser",
        "splits",
        "cutoffs",
        "subreddits",
        "left_out",
        "generated",
    ],
}
"""Table -> its columns that are never written again."""
VALUES = {
    "created_at": "'2020-01-01 00:00:00.000000'",
    "metrics": "'{\"f1_macro\":0.99}'",
    "splits": '\'{"train":1,"valid":1,"test":9}\'',
    "rules": "'{}'",
    "cutoffs": "'{}'",
    "left_out": "'{\"x\":1}'",
    "model_execution": "5",
    **dict.fromkeys(("normaliser", "subreddits", "posts", "k"), "77"),
}


@pytest.fixture
def store(road: Road) -> Store:
    """The baseline is in production, and the candidate was proposed after it."""
    set_policy(road.store)
    decisions.released(road.store, 3)
    propose(road.store, 5)
    return road.store


@pytest.mark.parametrize("table", GROUNDS)
def test_a_change_of_what_a_decision_rests_on_is_found(store: Store, table: str) -> None:
    assert audit.verify(store).broken is None
    for column in GROUNDS[table]:
        value = VALUES.get(column, "1 - generated" if column == "generated" else f"'{OTHER}'")
        script = (
            f"CREATE TABLE kept AS SELECT * FROM {table};"  # noqa: S608 - names of tables
            f"UPDATE {table} SET {column} = {value};"
        )
        tamper(store, script)
        broken = audit.verify(store).broken
        assert broken is not None, column
        assert f"{table}/" in broken.why
        assert "was changed" in broken.why or "cannot be read" in broken.why
        tamper(
            store,
            f"DELETE FROM {table};INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;",  # noqa: S608
        )
        assert audit.verify(store).broken is None, column


def test_a_version_that_nobody_approved_is_found_and_not_served(store: Store) -> None:
    tamper(
        store,
        "INSERT INTO versions (version, day, n, candidate, created_at)"
        " SELECT '20990101.1', '20990101', 1, 5, created_at FROM versions LIMIT 1",
    )
    broken = audit.verify(store).broken
    assert broken is not None
    assert "version 20990101.1 is not what was approved under this name" in broken.why
    with pytest.raises(NotFoundError, match="no alias or version '20990101"):
        load_version(store, "20990101.1")


def test_a_version_that_names_another_candidate_is_found_and_serves_the_approved_one(
    store: Store,
) -> None:
    version = aliases.current(store)["production"]
    approved = released_model(store, version)
    tamper(store, "UPDATE versions SET candidate = 5")
    broken = audit.verify(store).broken
    assert broken is not None
    assert f"version {version} is not what was approved under this name" in broken.why
    assert released_model(store, version) == approved


def test_a_model_put_in_the_place_of_the_approved_one_is_not_served(store: Store) -> None:
    version = aliases.current(store)["production"]
    tamper(
        store,
        "UPDATE models SET digest = (SELECT digest FROM models WHERE execution = 5)"
        " WHERE execution = 3",
    )
    with pytest.raises(BrokenChainError, match="is not the one that was approved"):
        load_version(store, version)


def test_nothing_is_served_by_a_log_that_was_cut(store: Store) -> None:
    version = aliases.current(store)["production"]
    tamper(store, "UPDATE audit SET content = replace(content, 'approved', 'proposed')")
    with pytest.raises(BrokenChainError, match="broken at entry"):
        load_version(store, version)


def test_a_table_that_was_left_unguarded_is_told(store: Store) -> None:
    for table in sorted(GUARDED):
        for verb in ("update", "delete"):
            name = f"{table}_no_{verb}"
            query = f"SELECT sql FROM sqlite_master WHERE name = '{name}'"  # noqa: S608
            with store.engine.begin() as connection:
                (statement,) = connection.exec_driver_sql(query).one()
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            broken = audit.verify(store).broken
            assert broken is not None, name
            assert broken.why == f"the database no longer refuses changes of {table}"
            with store.engine.begin() as connection:
                connection.exec_driver_sql(statement)
            assert audit.verify(store).broken is None


def test_a_trigger_that_only_looks_like_a_guard_is_none(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN 0"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
    broken = audit.verify(store).broken
    assert broken is not None
    assert "no longer refuses changes of audit" in broken.why
