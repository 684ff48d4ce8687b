"""Tables of text: CSV and its kin, with whatever separator, quotes and column names."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

from core.collect.columns import check, columns_of
from core.collect.moments import moment
from core.collect.names import of_permalink
from core.collect.records import LONGEST_RECORD, Shape, is_backslashed, records
from core.collect.rows import FIRST_REDDIT_SECOND, ID, Skipped
from core.errors import InputError

Label = Callable[[Mapping[str, str]], Mapping[str, str]]
"""What to add to each row of a table with these columns, so that it names its subreddit."""
SEPARATORS = ",\t;|"
_MARK = "\ufeff"
_SAMPLE = 2**18
_HEADER_LINES = 20
_ONLY_AN_ID = re.compile(r"(?=[a-z]*[0-9])[0-9a-z]{5,8}")
_TOLD = "sep="
"""What Excel writes before the header, to say what separates the columns."""


def header_of(text: io.TextIOBase) -> tuple[list[str], str, int]:
    """The names of the columns, what separates them, and the number of lines read.

    Raises:
        InputError: the header has no end.
    """
    told = ""
    for number in range(1, _HEADER_LINES + 1):
        line = _line(text).lstrip(_MARK)
        if line.lower().startswith(_TOLD) and len(line.strip()) == len(_TOLD) + 1:
            told = line.strip()[-1]
        elif line.strip():
            more = 0
            while _is_open(line) and more < _HEADER_LINES:
                line += _line(text)
                more += 1
            return *_split(line, told or SEPARATORS), number + more
        elif not line:
            break
    return [], ",", 0


def _line(text: io.TextIOBase) -> str:
    line = text.readline(LONGEST_RECORD)
    if len(line) >= LONGEST_RECORD:
        raise InputError(
            f"begins with a line of more than {LONGEST_RECORD:,} characters",
            "A table begins with the names of its columns: fetch it again, or leave it out.",
        )
    return line


def _is_open(line: str) -> bool:
    return line.count('"') % 2 == 1


def _split(line: str, separators: str) -> tuple[list[str], str]:
    """The names, split at whichever separator brings most that mean something."""
    best: tuple[int, list[str], str] = (-1, [], ",")
    for separator in separators:
        with suppress(csv.Error):
            names = next(csv.reader(io.StringIO(line, newline=""), delimiter=separator), [])
            names = [name.strip().lstrip(_MARK) for name in names]
            known = len(columns_of(names))
            if known > best[0]:
                best = known, names, separator
    return best[1], best[2]


def read_table(
    content: io.BufferedReader, label: Label, chosen: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, Any] | Skipped]]:
    """Every record of a table: its line, and its fields or what is wrong with it.

    Args:
        label: what the file says of the subreddit, given the columns.
        chosen: field -> column, where the user says so.
    """
    sample = content.peek(_SAMPLE)[:_SAMPLE].decode(errors="replace")
    # Bytes that are not UTF-8 cost the row that holds them, not the file.
    text = io.TextIOWrapper(content, encoding="utf-8", errors="surrogateescape", newline="")
    header, separator, line = header_of(text)
    columns = columns_of(header, chosen)
    check(columns, header)
    more = dict(label(columns))
    places = {field: header.index(column) for field, column in columns.items()}
    first = sample.strip().partition("\n")[0]
    shape = Shape(
        delimiter=separator,
        backslash=is_backslashed(sample),
        blanks=0 < first.count(separator) == first.count(f"{separator} "),
        fields=len(header),
        begins=_beginning(places),
    )
    names, added = (*places, *more), tuple(more.values())
    picked = itemgetter(*places.values())  # a table has four columns at the least
    for number, cells in records(text, shape, line=line):
        if isinstance(cells, str):
            yield number, Skipped("broken_quotes" if "quote" in cells else "unparsable", cells)
        elif len(cells) == len(header):
            yield number, dict(zip(names, picked(cells) + added, strict=True))
        else:
            detail = f"{len(cells)} fields, the header has {len(header)}"
            yield number, Skipped("wrong_field_count", detail)


def _beginning(places: Mapping[str, int]) -> "_Beginning":
    return _Beginning(
        next((places[name], name) for name in ("id", "name", "permalink") if name in places),
        places["created_utc"],
    )


class _Beginning:
    """Tells whether cells can begin a record: they hold an id and a time where those belong."""

    def __init__(self, identity: tuple[int, str], time: int) -> None:
        self._place, self._kind = identity
        self._time = time

    def __call__(self, cells: Sequence[str]) -> bool:
        """Cells that a line has not, as it ends inside a text, are not asked for; one of both it
        must have, and an id alone must look like none but an id.
        """
        has_id, has_time = len(cells) > self._place, len(cells) > self._time
        if has_time:
            at = moment(cells[self._time])
            if at is None or at < FIRST_REDDIT_SECOND:
                return False
        if not has_id:
            return has_time
        written = cells[self._place].strip()
        if self._kind == "permalink":
            return of_permalink(written) is not None
        written = written.lower().removeprefix("t3_")
        return (ID if has_time else _ONLY_AN_ID).fullmatch(written) is not None
