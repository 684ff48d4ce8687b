"""Looking for words in everything that a workspace holds on the disk."""

import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.snapshots.unsealed import decrypted, texts_of_store
from core.store import Store, executions, store_seals
from core.store import snapshots as table


def marks(*ids: str) -> set[str]:
    """The word of its own that each of these posts of :func:`tests.factories.make_corpus` has."""
    return {f"mark{int(post.removeprefix('p'))}x" for post in ids}


def found(store: Store, words: Collection[str], *, without: Collection[str] = ()) -> set[str]:
    """Those of the ASCII ``words`` that stand in any file of the workspace, whether its raw bytes,
    its decompressed columns or, sealed, its content. The changes of code that runs keep are not
    looked into: this very test may be among them.

    Args:
        without: names of files that are not looked into.
    """
    with store.read() as session:
        patches = {run.code.get("patch") for run in executions.listing(session)}
    texts = [text for name, text in _texts(store) if name not in {*without, *patches}]
    return {word for text in texts for word in re.findall(r"\w+", text)} & set(words)


def _texts(store: Store) -> Iterator[tuple[str, str]]:
    for path in _files(store.home):
        content = path.read_bytes()
        yield path.name, content.decode("latin-1")
        yield path.name, _cells(content)
    with store.read() as session:
        snapshots, held = table.listing(session), store_seals.files(session)
    for snapshot in snapshots:
        yield snapshot.sealed_test, _cells(decrypted(store, snapshot).plain)
        if snapshot.digest in held:
            yield held[snapshot.digest], _cells(texts_of_store(store, snapshot).plain)


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def _cells(content: bytes) -> str:
    """All that a Parquet file says, its statistics too."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
    except pa.ArrowInvalid:
        return ""
    groups = [file.metadata.row_group(n).to_dict() for n in range(file.num_row_groups)]
    return f"{file.read().to_pydict()} {file.schema_arrow.metadata} {groups}"
