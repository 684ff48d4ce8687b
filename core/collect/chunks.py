"""A file becomes chunks: rows ready to be written, and what became of the others."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.collect.formats import Options, open_file, read_rows
from core.collect.paths import PostFile
from core.collect.posts import COLUMNS, values
from core.collect.rows import Skipped, Wanted, parse_row
from core.errors import InputError

CHUNK = 1_000
"""Posts handed on at once."""
CHARACTERS = 2**22
"""Characters of texts after which a chunk is handed on, however few posts have them."""
SCANNED = 50_000
"""Rows after which a chunk is handed on, however few are wanted: somebody watches the progress."""
LISTED = 100
"""Rows of a file that the log names for each reason; a dump has millions of deleted posts."""
SOURCE = "file"
_TITLE, _BODY = COLUMNS.index("title"), COLUMNS.index("body")


@dataclass(frozen=True, slots=True)
class Reading(Options):
    """What to take from files, and how they are written: called with a file, it reads that."""

    def __call__(self, file: PostFile) -> "Iterator[Chunk]":
        return read_chunks(file, self)


@dataclass(slots=True)
class Chunk:
    """A part of a file. Every row read is in ``rows``, in ``skipped``, or ``not_wanted``."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    """Values of :data:`core.collect.posts.COLUMNS`: tuples travel lightest between processes."""
    gone: list[tuple[int, str, str]] = field(default_factory=list)
    """Posts that the file shows as taken back: before which of ``rows``, the id, and why."""
    characters: int = 0
    """Of the texts in ``rows``."""
    read: int = 0
    not_wanted: int = 0
    link_posts: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    position: int = 0
    """Bytes of the file that have been read until here."""
    is_last: bool = False
    failure: str | None = None
    """Why the file could not be read to its end."""
    hint: str = ""
    """How to mend that."""


def read_chunks(file: PostFile, reading: Reading) -> Iterator[Chunk]:
    """The whole file in chunks; one that breaks off says so in its last."""
    chunk, skipped = Chunk(), Counter[str]()
    now = int(time.time())
    failure, hint = None, ""
    try:
        with open_file(file) as opened:
            for line, fields in read_rows(file, opened, reading):
                chunk.read += 1
                _add(chunk, f"{file.shown}:{line}", fields, reading.wanted, now, skipped)
                if len(chunk.rows) == CHUNK or _is_large(chunk):
                    chunk.position = opened.position
                    yield chunk
                    chunk = Chunk()
    except InputError as error:
        failure, hint = error.reason, error.hint.text
    chunk.log += _summary(file, skipped)
    chunk.position, chunk.is_last = file.size, True
    chunk.failure, chunk.hint = failure, hint
    yield chunk


def _is_large(chunk: Chunk) -> bool:
    return chunk.read >= SCANNED or chunk.characters >= CHARACTERS or len(chunk.gone) >= SCANNED


def _summary(file: PostFile, skipped: Counter[str]) -> list[str]:
    more = {reason: number - LISTED for reason, number in skipped.items() if number > LISTED}
    return [f"{file.shown}: {number:,} more skipped, {reason}" for reason, number in more.items()]


def _add(
    chunk: Chunk, place: str, fields: Any, wanted: Wanted, now: int, skipped: Counter[str]
) -> None:
    parsed = fields
    if fields is not None and not isinstance(fields, Skipped):
        parsed = parse_row(fields, now=now, wanted=wanted)
    if parsed is None:
        chunk.not_wanted += 1
    elif isinstance(parsed, Skipped):
        chunk.skipped[parsed.reason] += 1
        skipped[parsed.reason] += 1
        if parsed.gone:
            chunk.gone.append((len(chunk.rows), parsed.gone, parsed.reason))
        if skipped[parsed.reason] <= LISTED:
            chunk.log.append(f"{place}: skipped, {parsed.reason}: {parsed.detail}")
    else:
        chunk.link_posts += not parsed.body
        row = values(parsed, SOURCE)
        chunk.rows.append(row)
        chunk.characters += len(row[_TITLE]) + len(row[_BODY])
