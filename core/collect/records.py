"""The records of a table, also where its quotes are broken.

A quote that nobody closed swallows the records behind it: as one field, up to the next quote or
the end of the file. So each line of a record that is not quoted as it should be, or has not as many
cells as the header, is looked at. If one could begin a record of its own, only what is before it is
lost, and told; what follows is read again.
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

_TOO_LONG = f"a record of more than {LONGEST_RECORD:,} characters"
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

    def could_begin(self, line: str) -> bool:
        """Whether a line could be the first of a record."""
        delimiters = line.count(self.delimiter)
        if not delimiters:
            return False
        line = self.mend(line)
        goes_on = line.count('"') % 2 == 1
        if not goes_on and delimiters < self.fields - 1:
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
    strict = shape.reader(lines.handed_out(), strict=True)
    while True:
        lines.begin()
        fault = ""
        try:
            cells = next(strict, None)
            if cells is None:
                return
            if len(cells) == shape.fields:  # as nearly always; somebody may quote records, too
                yield lines.number, cells
                continue
            well_quoted = True
        except csv.Error:
            lines.again()
            cells, fault = _leniently(lines, shape)
            well_quoted = False
        except _TooLongError:
            cells, fault, well_quoted = [], _TOO_LONG, False
        fault = lines.repaired(fault, well_quoted=well_quoted)
        strict = shape.reader(lines.handed_out(), strict=True)
        if fault:
            yield lines.first, fault
        elif cells:
            yield lines.number, cells


def _leniently(lines: "_Lines", shape: Shape) -> tuple[list[str], str]:
    """The cells of a record that is not quoted as it should be, and what is wrong with it."""
    try:
        cells = next(shape.reader(lines.handed_out()), [])
    except csv.Error as error:
        return [], str(error)
    except _TooLongError:
        return [], _TOO_LONG
    return cells, "a quote that is not closed before the file ends" if lines.ended else ""


class _TooLongError(Exception):
    """The record is longer than any post."""


class _Lines:
    """Lines for a reader of CSV, which keep those of the present record."""

    def __init__(self, text: io.TextIOBase, shape: Shape, number: int) -> None:
        self.ended = False
        """The file ended inside the present record, which thus has an open quote."""
        self._before, self._passed = number, 0
        self._readline, self._shape = text.readline, shape
        self._back: list[str] = []
        self._record: list[str] = []
        self._lost = False

    @property
    def first(self) -> int:
        """The number of the record's first line."""
        return self._before + 1

    @property
    def number(self) -> int:
        """Lines that have been handed out."""
        return self._before + len(self._record) + self._passed

    def begin(self) -> None:
        """The next line is the first of a record."""
        self._before, self._passed = self.number, 0
        self._record.clear()

    def again(self) -> None:
        """The present record is read once more, from its first line."""
        self._back.extend(reversed(self._record))
        self._record.clear()
        self.ended = False

    def handed_out(self) -> Iterator[str]:
        """Line by line, from where the last one ended."""
        # Every line of every table comes by here: what is seldom needed is asked for elsewhere.
        record, readline, mended = self._record, self._readline, self._shape.backslash
        size = 0
        while True:
            line = self._line() if self._back or self._lost else readline(LONGEST_RECORD)
            if not line:
                self.ended = bool(record)
                return
            size = size + len(line) if record else len(line)
            if size >= LONGEST_RECORD:
                self._lost, self._passed = True, 1
                self._pass(line)
                raise _TooLongError
            record.append(line)
            yield self._shape.mend(line) if mended else line

    def _line(self) -> str:
        """The next line; behind a record whose end is not known, the next that could begin one."""
        line = self._read()
        while self._lost and line and not self._shape.could_begin(line):
            self._before += 1
            self._pass(line)
            line = self._read()
        self._lost = False
        return line

    def _read(self) -> str:
        return self._back.pop() if self._back else self._readline(LONGEST_RECORD)

    def repaired(self, fault: str, *, well_quoted: bool) -> str:
        """What is wrong with the record after all; what it swallowed is handed out again."""
        several = len(self._record) > 1 and not fault and not self.ended
        suspect = next(
            (at for at, line in enumerate(self._record) if at and self._shape.could_begin(line)), 0
        )
        if not suspect and (not several or well_quoted):
            return fault
        if not suspect:  # the rest of its text may follow
            self._lost = True
            return _NOT_DOUBLED
        swallowed = self._record[suspect:]
        del self._record[suspect:]
        self._lost = False
        self._back.extend(reversed(swallowed))
        self.ended = False
        return _NOT_DOUBLED

    def _pass(self, line: str) -> None:
        """Go to the end of a line of which only a part was read."""
        while line and not line.endswith(("\n", "\r")) and len(line) >= LONGEST_RECORD:
            line = self._readline(LONGEST_RECORD)
