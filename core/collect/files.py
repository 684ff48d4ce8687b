"""Posts from files into the store: one recorded run.

An import that was interrupted is simply run again: each batch is one transaction, and what is
there already counts as unchanged.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.access.transactions import WITHIN_A_RUN, unattended
from core.collect.chunks import Chunk, Reading
from core.collect.formats import Format
from core.collect.paths import PostFile, find
from core.collect.posts import BATCH, COLUMNS
from core.collect.readers import chunks_of
from core.collect.rows import EVERYTHING, Wanted
from core.errors import InputError
from core.executions import Execution, Run, Step, cached, record
from core.progress import Progress, silent
from core.store import Store, erasure
from core.store.artifacts import file_digest
from core.store.posts import SEALED, WriteCounts, write_posts

STEP = Step(
    "import",
    code=(
        "core.batches",
        "core.collect",
        "core.invisible",
        "core.store.erasure",
        "core.store.posts",
        "core.text",
    ),
)
CHARACTERS = 2**24
"""Characters of texts in a transaction, however few posts have them: they are held in memory."""
_SUBREDDIT, _ID = COLUMNS.index("subreddit"), COLUMNS.index("id")
_GONE = ("removed", "deleted", "erased", SEALED)
"""Reasons to leave out a row that say nothing against its file."""


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
    erased: int = 0
    """Posts that were stored, and that a later row shows as taken back."""
    skipped: Counter[str] = field(default_factory=Counter)
    subreddits: set[str] = field(default_factory=set)
    """In lower case."""
    failed: dict[Path, str] = field(default_factory=dict)
    """Files that could not be read to their end, and why."""
    hints: dict[Path, str] = field(default_factory=dict)
    """How to mend them."""
    left_out: dict[Path, str] = field(default_factory=dict)
    """Files of folders that are none of posts, and why."""

    @property
    def stored(self) -> int:
        """Rows whose posts are in the store now."""
        written = self.written
        return written.inserted + written.updated + written.unchanged + written.sealed


class PartlyImportedError(InputError):
    """Some files could not be read to their end; ``counts`` tells what became of the rest."""

    def __init__(self, reason: str, hint: str, counts: ImportCounts) -> None:
        super().__init__(reason, hint)
        self.counts = counts


def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    wanted: Wanted = EVERYTHING,
    format: Format | None = None,  # noqa: A002 - the option's own name
    columns: Mapping[str, str] | None = None,
    unpack: bool = False,
    progress: Progress = silent,
) -> ImportCounts:
    """Read every post of the files into the store.

    Args:
        paths: files, folders, patterns; ``-`` is standard input.
        wanted: subreddits and days to take, all others being left out.
        format: how the posts are written; None: as each file's first bytes say.
        columns: field of Reddit's API -> what the files call it, where that is not understood.
        unpack: read the files in zip archives, too.

    Raises:
        InputError: a path is missing, or a folder holds no file of posts.
        PartlyImportedError: after all others are done, some file could not be read to its end.
    """
    found = find(paths, unpack=unpack)
    files = found.files
    counts = ImportCounts(files=len(files), left_out=found.left_out)
    started = time.monotonic()
    params, inputs = _params(wanted, format, columns or {}), _inputs(files)
    key = STEP.key(params, inputs)
    with record(store, STEP.kind, params=params, inputs=inputs, cache_key=key) as run:
        counts.execution = run.number
        for path, why in found.left_out.items():
            run.log(f"{path}: left out: {why}")
        chunks = _told(files, Reading(wanted, format, columns or {}), counts, run, progress)
        with closing(chunks):
            for batch in _batches(chunks):
                _write(store, batch, counts)
        if counts.written.erased:
            counts.skipped["erased"] = counts.written.erased
        if counts.written.sealed:
            counts.skipped[SEALED] = counts.written.sealed
        run.metrics = as_metrics(counts)
        if counts.failed:
            raise _unreadable(counts, time.monotonic() - started)
    counts.seconds = time.monotonic() - started
    return counts


def imported(
    store: Store,
    paths: Sequence[Path],
    *,
    wanted: Wanted = EVERYTHING,
    format: Format | None = None,  # noqa: A002 - the option's own name
    columns: Mapping[str, str] | None = None,
    unpack: bool = False,
) -> Execution | None:
    """The import that has read these very files, as they are now, in this way; None without any.

    Arguments and errors as :func:`import_files`. Standard input was never read before.
    """
    files = find(paths, unpack=unpack).files
    if any(file.is_pipe for file in files):
        return None
    params = _params(wanted, format, columns or {})
    return cached(store, STEP, params=params, inputs=_inputs(files))


def complaint(counts: ImportCounts) -> InputError | None:
    """What is to be said of an import that brought nothing, or skipped most of what it read."""
    bad = sum(number for reason, number in counts.skipped.items() if reason not in _GONE)
    looked_at = counts.read - counts.not_wanted
    if counts.stored or counts.erased or (counts.read and not looked_at):
        if 2 * bad <= looked_at:
            return None
        reason = f"Most rows were skipped: {bad:,} of {looked_at:,}"
    elif counts.read:
        reason = f"No post was imported: {looked_at:,} of {looked_at:,} rows were skipped"
    else:
        return InputError("No post was imported: no file holds any", "Check what was exported.")
    reasons = counts.skipped.most_common()
    said = ", ".join(f"{number:,} {why.replace('_', ' ')}" for why, number in reasons)
    return InputError(
        f"{reason} ({said})",
        _MENDED.get(reasons[0][0], "The log names the line of each and what is wrong with it."),
    )


_MENDED = {
    "bad_subreddit": "Name the column of the subreddit: --column subreddit=THEIRS.",
    "bad_id": "Name the column of the post's id: --column id=THEIRS.",
    "bad_time": "Name the column of the time: --column created_utc=THEIRS. It holds seconds,"
    " milliseconds, or dates like 2020-09-13.",
    "no_text": "Name the columns of the texts: --column title=THEIRS, --column selftext=THEIRS.",
    "comment": "Import the files of posts, which Reddit calls submissions.",
    "removed": "Reddit shows none of these posts any more.",
    "deleted": "Reddit shows none of these posts any more.",
    "erased": "Posts that were erased do not come back.",
    "not_utf8": "Save the file as UTF-8, and import that.",
}
"""Why rows are skipped -> what to do about it."""


def as_metrics(counts: ImportCounts) -> dict[str, int | dict[str, int]]:
    """The counts as the execution keeps them and the command prints them."""
    erased = {"erased": counts.erased} if counts.erased else {}
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
        **erased,
    }


def _params(wanted: Wanted, format_: Format | None, columns: Mapping[str, str]) -> dict[str, Any]:
    """What the caller chose; what is left to its default is not named."""
    chosen = {
        "subreddits": sorted(wanted.subreddits),
        "since": wanted.since,
        "until": wanted.until,
        "format": format_,
        "columns": dict(columns),
    }
    return {name: value for name, value in chosen.items() if value not in (None, [], {})}


def _inputs(files: Sequence[PostFile]) -> dict[str, object]:
    digest = hashlib.sha256()
    known: dict[Path, str] = {}  # an archive is the path of many files
    for file in files:
        if file.path not in known:
            known[file.path] = _digest(file)
        digest.update(f"{file.shown.name}\0{known[file.path]}\n".encode())
    return {"files": len(files), "digest": digest.hexdigest()}


def _digest(file: PostFile) -> str:
    if file.is_pipe:
        return "read once"
    try:
        return file_digest(file.path)
    except OSError:
        return "unreadable"


@dataclass(slots=True)
class _Batch:
    """Rows of one transaction. ``gone``: before which of them, the id of a post, and why."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    gone: list[tuple[int, str, str]] = field(default_factory=list)


def _batches(chunks: Iterable[Chunk]) -> Iterator[_Batch]:
    """Rows of one transaction each, from as many chunks, and files, as it takes."""
    batch, characters = _Batch(), 0
    for chunk in chunks:
        before = len(batch.rows)
        batch.rows += chunk.rows
        batch.gone += [(before + at, post, why) for at, post, why in chunk.gone]
        characters += chunk.characters
        while len(batch.rows) >= BATCH:
            yield _Batch(batch.rows[:BATCH], [one for one in batch.gone if one[0] <= BATCH])
            batch.gone = [(at - BATCH, post, why) for at, post, why in batch.gone if at > BATCH]
            del batch.rows[:BATCH]
            characters = 0
        if characters >= CHARACTERS or len(batch.gone) >= BATCH:
            yield batch
            batch, characters = _Batch(), 0
    yield batch


def _write(store: Store, batch: _Batch, counts: ImportCounts) -> None:
    """One transaction, in the order of the rows: a post that was taken back after it was shown is
    erased, and what shows it afterwards does not bring it back.
    """
    first = {post: at for at, post, _ in reversed(batch.gone)}
    before: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    for at, row in enumerate(batch.rows):
        named = dict(zip(COLUMNS, row, strict=True))
        (after if first and at >= first.get(row[_ID], at + 1) else before).append(named)
    with unattended(store, because=WITHIN_A_RUN) as session:
        counts.written += write_posts(session, before, counts.execution)
        if batch.gone:
            reasons = {post: why for _, post, why in reversed(batch.gone)}
            now = datetime.now(UTC)
            gone = erasure.bury(session, reasons, execution=counts.execution, at=now)
            counts.erased += len(gone)
            counts.written += write_posts(session, after, counts.execution)


def _told(
    files: Sequence[PostFile], reading: Reading, counts: ImportCounts, run: Run, progress: Progress
) -> Generator[Chunk]:
    """Each chunk; what became of the rows that bring no post is counted, logged and reported."""
    done, total = 0, sum(file.size for file in files) or None
    progress("Importing", done, total)
    with closing(chunks_of(files, reading)) as chunks:
        for file, chunk in chunks:
            _count(chunk, counts)
            for line in chunk.log:
                run.log(line)
            if chunk.failure:
                counts.failed[file.shown] = chunk.failure
                counts.hints[file.shown] = chunk.hint
                run.log(f"{file.shown}: {chunk.failure}")
            yield chunk
            progress("Importing", done + chunk.position, total)
            done += file.size if chunk.is_last else 0


def _count(chunk: Chunk, counts: ImportCounts) -> None:
    counts.read += chunk.read
    counts.not_wanted += chunk.not_wanted
    counts.link_posts += chunk.link_posts
    counts.skipped += chunk.skipped
    counts.subreddits.update({row[_SUBREDDIT].lower() for row in chunk.rows})


def _unreadable(counts: ImportCounts, seconds: float) -> PartlyImportedError:
    counts.seconds = seconds
    failed = counts.failed
    shown = "; ".join(f"{path} {why}" for path, why in list(failed.items())[:5])
    more = f"; and {len(failed) - 5} more (see the log)" if len(failed) > 5 else ""
    rest = counts.files - len(failed)
    others = "The other one is imported." if rest == 1 else f"The other {rest} are imported."
    if not rest:
        others = "What could be read of them is imported." if counts.stored else "No post came in."
    mended = " ".join(dict.fromkeys(counts.hints[path] for path in list(failed)[:5]))
    return PartlyImportedError(
        f"{len(failed)} of {counts.files} files could not be read: {shown}{more}",
        f"{others} {mended}",
        counts,
    )
