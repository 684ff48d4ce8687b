"""An export is what docs/exports.md promises: whole, of one shape, and without sealed figures."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.comparison.compare import compare, pair
from core.evaluation.evaluate import of_execution
from core.reporting.exports import contents, parquet
from core.reporting.exports.schemas import MOMENT, SCHEMAS
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.conftest import Road
from tests.tampering import tamper

DOCUMENT = Path(__file__).parents[4] / "docs" / "exports.md"


def tables(folder: Path) -> dict[str, pa.Table]:
    return {path.stem: pq.read_table(path) for path in folder.glob("*.parquet")}


def promised() -> dict[str, list[str]]:
    """Table -> its columns, as the document has them."""
    sections = re.split(r"(?m)^### (\w+)$", DOCUMENT.read_text(encoding="utf-8"))[1:]
    return {
        name: re.findall(r"`(\w+)`", " ".join(re.findall(r"(?m)^\| (`[^|]*) \|", text)))
        for name, text in zip(
            sections[::2], (s.split("\n## ")[0] for s in sections[1::2]), strict=True
        )
    }


def test_an_empty_workspace_has_the_tables_and_columns_that_are_promised(
    store: Store, tmp_path: Path
) -> None:
    said = signoff("export", "parquet", "--output", tmp_path / "out", "--json").json
    assert set(said["rows"].values()) == {0}
    found = tables(tmp_path / "out")
    assert {name: set(table.column_names) for name, table in found.items()} == {
        name: set(columns) for name, columns in promised().items()
    }
    assert {name: table.schema for name, table in found.items()} == dict(SCHEMAS)


def test_rows_say_what_was_found_and_times_are_in_utc(road: Road, tmp_path: Path) -> None:
    made = compare(road.store, pair(road.store, 3, 5))
    parquet.export(road.store, tmp_path / "out")
    found = tables(tmp_path / "out")
    assert {name: table.schema for name, table in found.items()} == dict(SCHEMAS)
    values = of_execution(road.store, 6).metrics
    metrics = found["metrics"].filter(pa.compute.field("execution") == 6)
    assert (
        dict(zip(*metrics.select(["metric", "value"]).to_pydict().values(), strict=True)) == values
    )
    assert found["comparisons"]["execution"].to_pylist() == [made.execution]
    assert len(found["subreddit_changes"]) > 0
    assert set(found["subreddits"]["execution"].to_pylist()) == {4, 6}
    started = found["executions"]["started_at"]
    assert started.type == MOMENT
    began = contents.read(road.store).executions[0].started_at
    assert started[0].as_py() == began


def test_nothing_of_a_sealed_test_is_in_it(road: Road) -> None:
    made = compare(road.store, pair(road.store, 3, 5))
    tamper(road.store, "UPDATE evaluations SET split = 'test' WHERE execution = 6")
    found = contents.read(road.store)
    assert [each.execution for each in found.evaluations] == [4]
    assert found.comparisons == ()
    by_number = {each.number: each for each in found.executions}
    assert found.metrics(by_number[4])
    assert not found.metrics(by_number[6])
    assert not found.metrics(by_number[made.execution])


def test_an_earlier_export_stays_whole_until_it_is_replaced(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    parquet.export(road.store, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "_column", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            parquet.export(road.store, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    compare(road.store, pair(road.store, 3, 5))
    assert parquet.export(road.store, folder)["comparisons"] == 1
    assert len(tables(folder)["comparisons"]) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("other", ["notes.txt", "signoff-export.json", "executions.parquet"])
def test_a_folder_that_holds_something_else_is_left_alone(
    store: Store, tmp_path: Path, other: str
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / other).write_text("{}")
    refused = signoff("export", "parquet", "--output", folder)
    assert_refused(refused, "not an earlier export")
    assert [path.name for path in folder.iterdir()] == [other]
