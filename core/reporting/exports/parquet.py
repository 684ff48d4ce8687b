"""A workspace as tables of Parquet in one folder."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.comparison.compare import summary_of
from core.errors import InputError
from core.progress import Progress, silent
from core.reporting.exports import schemas, tables
from core.reporting.exports.contents import Contents, read
from core.reporting.exports.schemas import SCHEMAS, SMALL
from core.reporting.exports.tables import Row
from core.store import Store
from core.store.folders import whole_folder

ABOUT = "signoff-export.json"
"""Says what the folder holds, and by which it is known to be an export."""
_FORMAT = "signoff tables 1"
_GROUP = 100_000
"""Rows that are held in memory and make one row group."""


def export(store: Store, folder: Path, *, progress: Progress = silent) -> dict[str, int]:
    """Write every table into ``folder``, in the place of an earlier export; table -> its rows.

    Other tools find the earlier export or the new one, whole, never something in between.

    Raises:
        InputError: the folder holds something else.
        StorageError: it cannot be written.
    """
    _require_ours(folder)
    contents = read(store)
    with whole_folder(folder) as made:
        written = {
            name: _write(made / f"{name}.parquet", name, parts)
            for name, parts in _tables(store, contents, progress)
        }
        about = {
            "format": _FORMAT,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "signoff": version_of("signoff"),
            "workspace": contents.workspace,
            "rows": written,
        }
        (made / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return written


def _require_ours(folder: Path) -> None:
    """A folder that holds anything which no export wrote is not replaced."""
    if not folder.exists() and not folder.is_symlink():
        return
    ours = {ABOUT, *(f"{name}.parquet" for name in SCHEMAS)}
    try:
        names = {each.name for each in folder.iterdir()}
        is_export = not names or json.loads((folder / ABOUT).read_bytes())["format"] == _FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        is_export, names = False, set()
    if not is_export or not names <= ours:
        raise InputError(
            f"{folder} is not an earlier export, nor an empty folder",
            "It was left as it is. Name a folder that does not exist yet.",
        )


_Parts = Iterator[pa.Table]


def _tables(store: Store, contents: Contents, progress: Progress) -> Iterator[tuple[str, _Parts]]:
    for name in SMALL:
        yield name, iter([_of_rows(tables.small_rows(name, contents), SCHEMAS[name])])
    yield from _of_comparisons(store, contents)
    yield (
        "subreddits",
        _frames(
            store,
            [(each.execution, each.subreddits) for each in contents.evaluations],
            schemas.SUBREDDITS,
            progress=progress,
            step="Subreddits of evaluations",
        ),
    )
    yield (
        "subreddit_changes",
        _frames(
            store,
            [(each.execution, each.changes) for each in contents.comparisons],
            schemas.SUBREDDIT_CHANGES,
            progress=progress,
            step="Subreddits of comparisons",
        ),
    )


def _of_comparisons(store: Store, contents: Contents) -> Iterator[tuple[str, _Parts]]:
    training = {each.execution: each.model_execution for each in contents.evaluations}
    counts, metrics = list[Row](), list[Row]()
    for each in contents.comparisons:
        summary = summary_of(store, each)
        counts.append(
            {
                "execution": each.execution,
                "baseline": each.baseline,
                "candidate": each.candidate,
                "baseline_training": training[each.baseline],
                "candidate_training": training[each.candidate],
                **tables.comparison_row(summary),
            }
        )
        metrics += [{"execution": each.execution, **row} for row in tables.metric_rows(summary)]
    yield "comparisons", iter([_of_rows(counts, schemas.COMPARISONS)])
    yield "metric_changes", iter([_of_rows(metrics, schemas.METRIC_CHANGES)])


def _of_rows(rows: list[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def _frames(
    store: Store,
    stored: list[tuple[int, str]],
    schema: pa.Schema,
    *,
    progress: Progress,
    step: str,
) -> _Parts:
    """What each of these executions stored under a digest, as far as the columns go."""
    for done, (execution, digest) in enumerate(stored):
        progress(step, done, len(stored))
        found = pq.read_table(io.BytesIO(store.artifacts.read(digest)))
        yield pa.Table.from_arrays(
            [_column(found, field, execution) for field in schema], schema=schema
        )
    progress(step, len(stored), len(stored))


def _column(found: pa.Table, field: pa.Field, execution: int) -> pa.ChunkedArray | pa.Array:
    if field.name == "execution":
        return pa.repeat(pa.scalar(execution, field.type), len(found))
    if field.name not in found.column_names:  # what an older version stored
        return pa.nulls(len(found), field.type)
    return found[field.name].cast(field.type)


def _write(path: Path, name: str, parts: _Parts) -> int:
    """Write a table in row groups; how many rows it has. A table without rows has its columns."""
    held, rows = list[pa.Table](), 0
    with pq.ParquetWriter(path, SCHEMAS[name], compression="zstd") as writer:
        for part in parts:
            held.append(part)
            rows += len(part)
            if sum(map(len, held)) >= _GROUP:
                writer.write_table(pa.concat_tables(held))
                held.clear()
        if held or not rows:
            writer.write_table(pa.concat_tables([SCHEMAS[name].empty_table(), *held]))
    return rows
