"""Posts from files into the store: one recorded run.

An import that was interrupted is simply run again: each batch is one transaction, and what is
there already counts as unchanged.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.access.transactions import WITHIN_A_RUN, unattended
from core.collect.chunks import Chunk, Reading
from core.collect.formats import Format
from core.collect.paths import PostFile, find_files
from core.collect.posts import BATCH, COLUMNS
from core.collect.readers import chunks_of
from core.collect.rows import EVERYTHING, Wanted
from core.errors import InputError
from core.executions import Run, record
from core.progress import Progress, silent
from core.store import Store
from core.store.artifacts import file_digest
from core.store.posts import WriteCounts, write_posts

_SUBREDDIT = COLUMNS.index("subreddit")


@dataclass(slots=True)
class ImportCounts:
    """What became of the rows that were read. ``link_posts`` have a title and no text."""

    execution: int = 0
    seconds: float = 0.0
    files: int = 0
    read: int = 0
    not_wanted: int = 0
    """Left out by the caller's own choice of subreddits and days."""
    link_posts: int = 0
    written: WriteCounts = field(default_factory=WriteCounts)
    skipped: Counter[str] = field(default_factory=Counter)
    subreddits: set[str] = field(default_factory=set)
    """In lower case."""
    failed: dict[Path, str] = field(default_factory=dict)
    """Files that could not be read to their end, and why."""


def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    wanted: Wanted = EVERYTHING,
    format: Format | None = None,  # noqa: A002 - the option's own name
    progress: Progress = silent,
) -> ImportCounts:
    """Read every post of the files into the store.

    Args:
        paths: files, folders, patterns; ``-`` is standard input.
        wanted: subreddits and days to take, all others being left out.
        format: how the posts are written; None: as each file's first bytes say.

    Raises:
        InputError: a path is missing, a folder holds no file of posts; or, after all others are
            done, some file could not be read.
    """
    files = find_files(paths)
    counts = ImportCounts(files=len(files))
    started = time.monotonic()
    with record(store, "import", params=_params(wanted, format), inputs=_inputs(files)) as run:
        counts.execution = run.number
        rows = _told(files, Reading(wanted, format), counts, run, progress)
        with closing(rows):
            for batch in _batches(rows):
                named = [dict(zip(COLUMNS, row, strict=True)) for row in batch]
                with unattended(store, because=WITHIN_A_RUN) as session:
                    counts.written += write_posts(session, named, run.number)
        if counts.written.erased:
            counts.skipped["erased"] = counts.written.erased
        run.metrics = as_metrics(counts)
        if counts.failed:
            raise _unreadable(counts.failed, len(files))
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
        "not_wanted": counts.not_wanted,
        "skipped": dict(counts.skipped),
        "link_posts": counts.link_posts,
        "subreddits": len(counts.subreddits),
    }


def _params(wanted: Wanted, format_: Format | None) -> dict[str, Any]:
    """What the caller chose; what is left to its default is not named."""
    chosen = {
        "subreddits": sorted(wanted.subreddits),
        "since": wanted.since,
        "until": wanted.until,
        "format": format_,
    }
    return {name: value for name, value in chosen.items() if value not in (None, [])}


def _inputs(files: Sequence[PostFile]) -> dict[str, object]:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path.name}\0{_digest(file)}\n".encode())
    return {"files": len(files), "digest": digest.hexdigest()}


def _digest(file: PostFile) -> str:
    if file.is_pipe:
        return "read once"
    try:
        return file_digest(file.path)
    except OSError:
        return "unreadable"


def _batches(rows: Iterable[list[tuple[Any, ...]]]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of one transaction each, from as many chunks, and files, as it takes."""
    batch: list[tuple[Any, ...]] = []
    for some in rows:
        batch += some
        while len(batch) >= BATCH:
            yield batch[:BATCH]
            del batch[:BATCH]
    yield batch


def _told(
    files: Sequence[PostFile], reading: Reading, counts: ImportCounts, run: Run, progress: Progress
) -> Generator[list[tuple[Any, ...]]]:
    """The rows of each chunk; what became of all others is counted, logged and reported."""
    done, total = 0, sum(file.size for file in files) or None
    progress("Importing", done, total)
    with closing(chunks_of(files, reading)) as chunks:
        for file, chunk in chunks:
            _count(chunk, counts)
            for line in chunk.log:
                run.log(line)
            if chunk.failure:
                counts.failed[file.path] = chunk.failure
                run.log(f"{file.path}: {chunk.failure}")
            yield chunk.rows
            progress("Importing", done + chunk.position, total)
            done += file.size if chunk.is_last else 0


def _count(chunk: Chunk, counts: ImportCounts) -> None:
    counts.read += chunk.read
    counts.not_wanted += chunk.not_wanted
    counts.link_posts += chunk.link_posts
    counts.skipped += chunk.skipped
    counts.subreddits.update({row[_SUBREDDIT].lower() for row in chunk.rows})


def _unreadable(failed: dict[Path, str], total: int) -> InputError:
    shown = "; ".join(f"{path} {why}" for path, why in list(failed.items())[:5])
    more = f"; and {len(failed) - 5} more (see the log)" if len(failed) > 5 else ""
    rest = total - len(failed)
    others = f"The other {rest} are" if rest > 1 else "The other one is"
    return InputError(
        f"{len(failed)} of {total} files could not be read: {shown}{more}",
        f"{others} imported. Correct or remove the file, and import again."
        if rest
        else "Everything that could be read is imported. Correct the file, and import it again.",
    )
