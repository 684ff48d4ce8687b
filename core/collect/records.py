"""The records of a table, also where its quotes are broken.

A quote that nobody closed swallows the records behind it: as one field, up to the next quote or
the end of the file. So each line inside quotes is looked at: one that could begin a record of its
own makes the record suspicious. If it does not end as a well quoted record does, only its first
part is lost, and told; what follows is read again.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import _csv

LONGEST_RECORD = 2**22
"""Characters of a record beyond which it is no post. Reddit takes 40,000, six times as many if
each is escaped."""
Record = tuple[int, list[str] | str]
"""The line, from 1, and the cells of a record, or what is wrong with it. A whole record tells its
last line, a damaged one its first."""

_TYPED = re.compile(r'\\"(?!["\s,;\t|]|$)')
"""A quote that only a backslash keeps from ending its field."""
_DOUBLED = re.compile(r'[^,;\t|"\\]""[^"]|[^"]""[^,;\t|"\s]')
_BACKSLASHED = re.compile(r'\\([\\"])')

_NOT_DOUBLED = "a quote that is not closed, or not doubled, inside a text"

csv.field_size_limit(2 * LONGEST_RECORD)  # what is longer is stopped by the lines, with a reason


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is written."""

    delimiter: str = ","
    backslash: bool = False
    """A quote inside a field stands behind a backslash, instead of twice."""
    blanks: bool = False
    """A blank stands behind each delimiter, also before a quote."""
    fields: int = 0
    begins: Callable[[list[str]], bool] = bool
    """Whether the first cells of a line can begin a record."""

    def reader(self, lines: Iterator[str], *, strict: bool = False) -> "_csv.Reader":
        """What takes such lines apart."""
        return csv.reader(
            lines, delimiter=self.delimiter, skipinitialspace=self.blanks, strict=strict
        )

    def mend(self, line: str) -> str:
        """The line with its quotes doubled, as every table has them here."""
        if not self.backslash or "\\" not in line:
            return line
        return _BACKSLASHED.sub(lambda m: '""' if m[1] == '"' else "\\", line)

    def is_whole(self, lines: list[str]) -> bool:
        """Whether the lines are one well quoted record and no more."""
        reader = self.reader(iter(lines), strict=True)
        try:
            found = next(reader, None)
        except csv.Error:
            return False
        return found is not None and reader.line_num == len(lines)

    def could_begin(self, line: str) -> bool:
        """Whether a line could be the first of a record."""
        if self.delimiter not in line:
            return False
        line = self.mend(line)
        goes_on = line.count('"') % 2 == 1
        if not goes_on and line.count(self.delimiter) < self.fields - 1:
            return False
        with suppress(csv.Error):
            cells = next(self.reader(iter([line])), [])
            fits = len(cells) == self.fields or (goes_on and len(cells) < self.fields)
            return fits and self.begins(cells)
        return False


def is_backslashed(sample: str) -> bool:
    """Whether quotes inside fields stand behind backslashes, by what the file's beginning shows."""
    typed = len(_TYPED.findall(sample))
    return typed > 0 and typed > len(_DOUBLED.findall(sample))


def records(text: io.TextIOBase, shape: Shape, *, line: int) -> Iterator[Record]:
    """Every record of the rest of a table; blank lines are none.

    Args:
        line: how many lines have been read.
    """
    lines = _Lines(text, shape, line)
    reader = shape.reader(lines)
    while True:
        lines.begin()
        fault = ""
        try:
            cells = next(reader, None)
        except csv.Error as error:
            cells, fault = [], str(error)
        except _TooLongError:
            cells, fault = [], f"a record of more than {LONGEST_RECORD:,} characters"
        if cells is None:
            return
        if lines.ended and not fault:
            fault = "a quote that is not closed before the file ends"
        fault = lines.repaired(fault, cells or [])
        if fault:
            reader = shape.reader(lines)
            yield lines.first, fault
        elif cells:
            yield lines.number, cells


class _TooLongError(Exception):
    """The record is longer than any post."""


class _Lines:
    """Lines for a reader of CSV, which keep those of the present record."""

    def __init__(self, text: io.TextIOBase, shape: Shape, number: int) -> None:
        self.number = number
        """Lines that have been handed out."""
        self.first = number
        self.ended = False
        """The file ended inside the present record, which thus has an open quote."""
        self._text, self._shape = text, shape
        self._back: list[str] = []
        self._record: list[str] = []
        self._size = 0
        self._suspect = 0
        self._lost = False

    def begin(self) -> None:
        """The next line is the first of a record."""
        self.first = self.number + 1
        self._record.clear()
        self._size, self._suspect = 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        # Every line of every table comes by here: what is seldom needed is asked for last.
        known = self._back or self._lost
        line = self._line() if known else self._text.readline(LONGEST_RECORD)
        if not line:
            self.ended = bool(self._record)
            raise StopIteration
        self.number += 1
        self._size += len(line)
        if self._size >= LONGEST_RECORD:
            self._lost = True
            self._pass(line)
            raise _TooLongError
        if self._record and not self._suspect and self._shape.could_begin(line):
            self._suspect = len(self._record)
        self._record.append(line)
        return self._shape.mend(line) if self._shape.backslash else line

    def _line(self) -> str:
        """The next line; behind a record whose end is not known, the next that could begin one."""
        line = self._read()
        while self._lost and line and not self._shape.could_begin(line):
            self.number += 1
            self._pass(line)
            line = self._read()
        if self._lost:
            self._lost, self.first = False, self.number + 1
        return line

    def _read(self) -> str:
        return self._back.pop() if self._back else self._text.readline(LONGEST_RECORD)

    def repaired(self, fault: str, cells: list[str]) -> str:
        """What is wrong with the record after all; what it swallowed is handed out again."""
        several = len(self._record) > 1 and not fault and not self.ended
        if not self._suspect and not several:
            return fault
        whole = several and self._shape.is_whole([self._shape.mend(one) for one in self._record])
        if whole and (not self._suspect or len(cells) == self._shape.fields):
            return ""  # somebody quotes records, and does so properly
        if not self._suspect:  # the rest of its text may follow
            self._lost = True
            return _NOT_DOUBLED
        swallowed = self._record[self._suspect :]
        self._lost = False
        self._back.extend(reversed(swallowed))
        self.number -= len(swallowed)
        self.ended = False
        return _NOT_DOUBLED

    def _pass(self, line: str) -> None:
        """Go to the end of a line of which only a part was read."""
        while line and not line.endswith(("\n", "\r")) and len(line) >= LONGEST_RECORD:
            line = self._text.readline(LONGEST_RECORD)
