"""Files of posts as people hand them on, made and imported for tests."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.collect.files import ImportCounts, PartlyImportedError, import_files
from core.store import Store, open_store
from core.store import posts as table

FIRST = 1_600_000_000
NEEDED = ("id", "subreddit", "created_utc", "title", "selftext")
Fields = dict[str, Any]


def post(number: int, **changes: Any) -> Fields:
    """The fields of one post as a file has them."""
    fields = {
        "id": f"zz{number:03d}",
        "subreddit": "gardening",
        "created_utc": FIRST + number,
        "title": f"Tomato plant number {number}",
        "selftext": f"The leaves of plant {number} are yellow.",
    }
    return fields | changes


def as_csv(rows: Sequence[Fields], separator: str = ",", **options: Any) -> str:
    text = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, delimiter=separator, lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_lines(rows: Sequence[Fields]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bring(store: Store, *paths: Path, **options: Any) -> ImportCounts:
    """Import, whatever cannot be read; what is counted adds up."""
    try:
        counts = import_files(store, paths, **options)
    except PartlyImportedError as error:
        counts = error.counts
    out = counts.stored + counts.not_wanted + counts.skipped.total()
    assert out == counts.read
    return counts


def stored(store: Store) -> dict[str, table.PostContent]:
    with store.read() as session:
        return {one.id: one for some in table.posts_in_order(session) for one in some}


def texts(store: Store) -> dict[str, tuple[str, str]]:
    return {post_id: (one.title, one.body) for post_id, one in stored(store).items()}


def expected(rows: Sequence[Fields]) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["title"], row["selftext"]) for row in rows}


POSTS = [post(number) for number in range(4)]


@contextmanager
def workspace_in(factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """A workspace and a folder for one example."""
    folder = factory.mktemp("intake")
    store = open_store(folder / "workspace")
    try:
        yield store, folder
    finally:
        store.engine.dispose()
