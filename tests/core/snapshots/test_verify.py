"""What can be said of a snapshot: whole, whole but for erased posts, not provable, broken."""

import io
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.erasure.erase import erase
from core.snapshots import content, find
from core.snapshots.verify import SnapshotState, verify
from core.store import Store
from core.store import snapshots as table
from core.store.writing import write
from tests.conftest import Road
from tests.workspaces import overwrite

ERASED = ["p00007", "p00200", "p00220"]
"""One of each split."""


def rewrite(store: Store, change: Callable[[pa.Table], pa.Table]) -> None:
    """Put other content into the training file, and name it: the digests of files agree."""
    snapshot = find(store, "small")
    changed = change(pq.read_table(io.BytesIO(store.artifacts.read(snapshot.train))))
    pq.write_table(changed, buffer := io.BytesIO())
    digest = store.artifacts.put_bytes(buffer.getvalue())
    with write(store) as session:
        table.replace_files(session, replace(snapshot, train=digest))


def with_first(name: str, value: object) -> Callable[[pa.Table], pa.Table]:
    """Another first value in a column."""

    def change(rows: pa.Table) -> pa.Table:
        where = rows.schema.get_field_index(name)
        values = [value, *rows[name].to_pylist()[1:]]
        return rows.set_column(where, rows.schema.field(where), pa.array(values, rows[name].type))

    return change


def test_a_frozen_snapshot_is_whole(road: Road) -> None:
    verdict = verify(road.store, road.snapshot)
    assert (verdict.state, verdict.why) == (SnapshotState.WHOLE, "")


def test_after_an_erasure_its_digest_is_still_computed(road: Road) -> None:
    for n in range(len(ERASED)):
        erase(road.store, ERASED[n : n + 1])
        verdict = verify(road.store, find(road.store, "small"))
        assert (verdict.state, verdict.why) == (SnapshotState.ERASED, "")
    assert find(road.store, "small").erased == {"train": 1, "valid": 1, "test": 1}


@pytest.mark.parametrize("erased", [[], ERASED])
@pytest.mark.parametrize(
    ("column", "value"),
    [("line", "another text"), ("post_id", "other"), ("label", 1), ("created_utc", 5)],
)
def test_a_post_that_was_changed_breaks_it(
    road: Road, erased: list[str], column: str, value: object
) -> None:
    erase(road.store, erased)
    rewrite(road.store, with_first(column, value))
    verdict = verify(road.store, find(road.store, "small"))
    assert verdict.state == SnapshotState.BROKEN
    assert "do not match its digest" in verdict.why


def test_a_post_that_was_taken_out_breaks_it(road: Road) -> None:
    rewrite(road.store, lambda rows: rows.slice(1))
    assert "191" in verify(road.store, find(road.store, "small")).why


def test_a_post_that_was_emptied_by_somebody_else_breaks_it(road: Road) -> None:
    """Its hash in place, as an erasure leaves it, but nobody erased it."""
    path = road.store.artifacts.open(road.snapshot.train)
    found = content.blanked(path, pa.array(["p00009"]))
    assert found is not None
    digest = road.store.artifacts.put_bytes(found.content)
    for erased, why in (({}, "{} were erased"), ({"train": 1}, "nobody erased")):
        changed = replace(road.snapshot, train=digest, erased=erased)
        with write(road.store) as session:
            table.replace_files(session, changed)
        verdict = verify(road.store, find(road.store, "small"))
        assert verdict.state == SnapshotState.BROKEN
        assert why in verdict.why


def test_an_erased_post_whose_hash_was_changed_breaks_it(road: Road) -> None:
    erase(road.store, ["p00000"])
    rewrite(road.store, with_first("erased", b"x" * 32))
    assert verify(road.store, find(road.store, "small")).state == SnapshotState.BROKEN


def test_other_rules_break_it(road: Road) -> None:
    changed = replace(road.snapshot, rules=road.snapshot.rules | {"min_posts": 1})
    assert verify(road.store, changed).state == SnapshotState.BROKEN


def test_a_damaged_or_missing_file_breaks_it(road: Road) -> None:
    path = road.store.artifacts.open(road.snapshot.valid)
    overwrite(path, b"other")
    assert "corrupted" in verify(road.store, road.snapshot).why
    path.unlink()
    assert verify(road.store, road.snapshot).state == SnapshotState.BROKEN


def test_without_the_key_it_cannot_be_proved(road: Road) -> None:
    (road.store.home / "seal.key").unlink()
    verdict = verify(road.store, road.snapshot)
    assert verdict.state == SnapshotState.UNPROVEN
    assert "seal.key" in verdict.why
    road.store.artifacts.open(road.snapshot.sealed_test).unlink()
    assert verify(road.store, road.snapshot).state == SnapshotState.BROKEN
