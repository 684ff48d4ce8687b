"""Parts of a workspace, for another one, whatever version of Signoff made that: its tables may lack
columns that this version has, or have others.
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, inspect, select
from sqlalchemy.engine import URL

from core.store.artifacts import Artifacts
from core.store.engine import Store
from core.store.sqlite import DATABASE
from core.store.types import Base, Json

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of ``table`` whose ``column`` is among ``values``; all of them where it is None."""

    table: str
    column: str = ""
    values: Collection[int | str] | None = None


def copy_rows(store: Store, home: Path, parts: Sequence[Rows]) -> None:
    """Copy rows into the database of the workspace at ``home``, which nobody else has open.

    A table or column that one of the two databases does not have is left out. What rows refer to
    need not be there.
    """
    with _opened(home) as target, store.engine.connect() as source:
        for part in parts:
            table = Base.metadata.tables[part.table]
            for rows in _batches(source, target, table, part):
                target.execute(table.insert(), rows)
        target.commit()


def copy_files(store: Store, home: Path, digests: Collection[str]) -> None:
    """Give the workspace at ``home`` these artifacts, verified. They are not copied where the disk
    can have them at two places.

    Raises as :meth:`core.store.artifacts.Artifacts.open` does.
    """
    root = Artifacts(home / "artifacts").root
    for digest in digests:
        source, target = store.artifacts.open(digest), root / digest[:2] / digest
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.symlink_to(source.absolute())
        except OSError:  # a system that knows no such links
            shutil.copyfile(source, target)


def read_rows(home: Path, part: Rows) -> list[Json]:
    """Rows of the workspace at ``home``, in no order, with the columns that both versions have."""
    with _opened(home) as connection:
        table = Base.metadata.tables[part.table]
        return [row for rows in _batches(connection, connection, table, part) for row in rows]


@contextmanager
def _opened(home: Path) -> Iterator[Connection]:
    """Without all that keeps a workspace whole, such as foreign keys: what is there is a part."""
    engine = create_engine(URL.create("sqlite", database=str(home / DATABASE)))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _batches(
    source: Connection, target: Connection, table: Table, part: Rows
) -> Iterator[list[dict[str, Any]]]:
    shared = _columns(source, table.name) & _columns(target, table.name)
    columns = [column for column in table.columns if column.name in shared]
    if not columns:
        return
    query = select(*columns)
    if part.values is not None:
        query = query.where(table.columns[part.column].in_(part.values))
    rows = iter(source.execute(query).mappings())
    while batch := [dict(row) for row in islice(rows, _AT_ONCE)]:
        yield batch


def _columns(connection: Connection, table: str) -> set[str]:
    seen = inspect(connection)
    if not seen.has_table(table):
        return set()
    return {column["name"] for column in seen.get_columns(table)}
