"""Posts from files: one CSV per subreddit, plain or gzip.

An import that was interrupted is simply run again: each batch is one transaction, and what is
there already counts as unchanged.
"""

import csv
import gzip
import hashlib
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

from core.collect.posts import BATCH, Post, store_posts
from core.collect.rows import REQUIRED, Skipped, is_subreddit, parse_row
from core.errors import InputError
from core.executions import Run, record
from core.progress import Progress, silent
from core.store import Store
from core.store.artifacts import file_digest
from core.store.posts import WriteCounts

SUFFIXES = (".csv", ".csv.gz")


@dataclass(slots=True)
class ImportCounts:
    """What became of the rows that were read. ``link_posts`` have a title and no text."""

    execution: int = 0
    seconds: float = 0.0
    files: int = 0
    read: int = 0
    link_posts: int = 0
    written: WriteCounts = field(default_factory=WriteCounts)
    skipped: Counter[str] = field(default_factory=Counter)
    subreddits: set[str] = field(default_factory=set)


def import_files(
    store: Store, paths: Sequence[Path], *, progress: Progress = silent
) -> ImportCounts:
    """Read every post of the files, or of the folders' files, into the store.

    Raises:
        InputError: a path is missing, a folder holds no file of posts; or, after all others are
            done, some file could not be read.
    """
    files = find_files(paths)
    counts = ImportCounts(files=len(files))
    failed: dict[Path, str] = {}
    started = time.monotonic()
    with record(store, "import", params={}, inputs=_inputs(files)) as run:
        counts.execution = run.number
        for done, path in enumerate(files):
            progress("Importing", done, len(files))
            try:
                _import_file(store, path, counts, run)
            except InputError as error:
                failed[path] = error.reason
                run.log(f"{path}: {error.reason}")
        progress("Importing", len(files), len(files))
        run.metrics = as_metrics(counts)
        if failed:
            raise _unreadable(failed, len(files))
    counts.seconds = time.monotonic() - started
    return counts


def as_metrics(counts: ImportCounts) -> dict[str, int | dict[str, int]]:
    """The counts as the execution keeps them and the command prints them."""
    return {
        "files": counts.files,
        "read": counts.read,
        "inserted": counts.written.inserted,
        "updated": counts.written.updated,
        "unchanged": counts.written.unchanged,
        "skipped": dict(counts.skipped),
        "link_posts": counts.link_posts,
        "subreddits": len(counts.subreddits),
    }


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those in the folders among ``paths``, by name.

    Raises:
        InputError: a path does not exist, or a folder has no file of a known kind.
    """
    found: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist", "Give a file or a folder of posts.")
        inside = [f for f in path.rglob("*") if f.name.endswith(SUFFIXES)] if path.is_dir() else []
        if path.is_dir() and not inside:
            raise InputError(
                f"{path} holds no file of posts",
                f"Files end in {' or '.join(SUFFIXES)}, one per subreddit.",
            )
        found.update(inside or [path])
    return sorted(found)


def _inputs(files: Sequence[Path]) -> dict[str, object]:
    digest = hashlib.sha256()
    for path in files:
        try:
            digest.update(f"{path.name}\0{file_digest(path)}\n".encode())
        except OSError:
            digest.update(f"{path.name}\0unreadable\n".encode())
    return {"files": len(files), "digest": digest.hexdigest()}


def _import_file(store: Store, path: Path, counts: ImportCounts, run: Run) -> None:
    """Read one file in batches; what came before an error stays."""
    batch: list[Post] = []
    before = counts.read
    try:
        for line, parsed in read_posts(path):
            counts.read += 1
            if isinstance(parsed, Skipped):
                counts.skipped[parsed.reason] += 1
                run.log(f"{path}:{line}: skipped, {parsed.reason}: {parsed.detail}")
                continue
            counts.link_posts += not parsed.body
            counts.subreddits.add(parsed.subreddit)
            batch.append(parsed)
            if len(batch) == BATCH:
                counts.written += store_posts(store, batch, source="file", execution=run.number)
                batch.clear()
    finally:
        # Also of a file that breaks off: what could be read is kept, and counted as it is.
        counts.written += store_posts(store, batch, source="file", execution=run.number)
        run.log(f"{path}: {counts.read - before} rows")


def read_posts(path: Path) -> Iterator[tuple[int, Post | Skipped]]:
    """Line number (of the row's last line) and post, or the reason why the row is none.

    Raises:
        InputError: the file cannot be read, from its start or from some line on.
    """
    subreddit = _subreddit_of(path)
    now = int(time.time())
    try:
        with _open(path) as file:
            reader = csv.reader(file)
            columns = _columns(next(reader, []))
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    yield reader.line_num, Skipped("unparsable", str(error))
                    continue
                if cells is None:
                    return
                if cells:
                    yield reader.line_num, parse_row(cells, columns, subreddit=subreddit, now=now)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be read ({error})", "Fetch the file again.") from error


def _open(path: Path) -> TextIO:
    opener = gzip.open if path.name.endswith(".gz") else open
    # Bytes that are not UTF-8 cost the row that holds them, not the file.
    file = opener(path, "rt", encoding="utf-8", errors="surrogateescape", newline="")
    return cast("TextIO", file)


def _columns(header: list[str]) -> dict[str, int]:
    columns = {name.strip().lstrip("\ufeff"): index for index, name in enumerate(header)}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise InputError(
            f"has no column {', '.join(missing)}",
            f"The first line must name the columns, among them {', '.join(REQUIRED)}.",
        )
    return columns


def _subreddit_of(path: Path) -> str:
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        name = path.name.removesuffix(suffix)
        if name != path.name and is_subreddit(name):
            return name
    raise InputError(
        "is not a file of posts by its name",
        f"Name it SUBREDDIT{SUFFIXES[0]} or SUBREDDIT{SUFFIXES[1]}.",
    )


def _unreadable(failed: dict[Path, str], total: int) -> InputError:
    shown = "; ".join(f"{path} {why}" for path, why in list(failed.items())[:5])
    more = f"; and {len(failed) - 5} more (see the log)" if len(failed) > 5 else ""
    rest = total - len(failed)
    others = f"The other {rest} are" if rest > 1 else "The other one is"
    return InputError(
        f"{len(failed)} of {total} files could not be read: {shown}{more}",
        f"{others} imported. Mend or remove the file, and import again."
        if rest
        else "Nothing was imported. Mend the file, and import again.",
    )
