"""Documents as Markdown and as one HTML file. Whatever text they are given stays text."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from core.reporting.document import (
    Block,
    Code,
    Document,
    Facts,
    Histogram,
    Items,
    Link,
    Paragraph,
    Table,
)
from core.reporting.histogram import SIGNS, bars
from core.safe_text import in_markdown, one_line

COMMENT: Final = 65_536
"""Characters that GitHub takes in one comment."""
PAGE: Final = 1_900_000
"""Characters of a page that people open from a mail or an artifact."""
_ROWS = (10_000, 2_500, 1_000, 500, 200, 100, 50, 20, 10, 5, 1)
"""Of each table, tried in turn until a document is short enough."""
_TICKS = re.compile("`+")


def fitting(document: Document, write: Callable[[Document], str], *, most: int) -> str:
    """The document in ``most`` characters, by cutting its tables and code to as many rows as fit.

    A cut one says how many rows are missing. What is no row stays, so a document whose other text
    alone is longer stays longer.
    """
    for rows in _ROWS:
        written = write(shortened(document, rows))
        if len(written) <= most:
            break
    return written


def shortened(document: Document, rows: int) -> Document:
    """The same document with no more than so many rows of each table, and lines of code."""
    return replace(
        document,
        sections=[
            replace(each, blocks=[part for block in each.blocks for part in _cut(block, rows)])
            for each in document.sections
        ],
    )


def _cut(block: Block, rows: int) -> Iterator[Block]:
    match block:
        case Table() if len(block.rows) > rows:
            yield replace(block, rows=block.rows[:rows])
            yield Paragraph(f"{len(block.rows) - rows:,} more rows. {block.more}".rstrip())
        case Code() if len(block.lines) > rows:
            yield replace(block, lines=block.lines[:rows])
            yield Paragraph(f"{len(block.lines) - rows:,} more lines. {block.more}".rstrip())
        case _:
            yield block


def markdown(document: Document) -> str:
    """GitHub's Markdown, one line a paragraph."""
    parts = [f"# {in_markdown(document.title)}", in_markdown(document.lead)]
    for section in document.sections:
        parts.append(f"## {in_markdown(section.title)}")
        parts += ["\n".join(_lines(block)) for block in section.blocks]
    return "\n\n".join([*parts, "---", in_markdown(document.end)]) + "\n"


def html(document: Document) -> str:
    """One file that loads and runs nothing, and is light, dark or on paper as the reader has it."""
    return _template().render(document=document)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield in_markdown(block.text)
        case Link():
            yield f"[{in_markdown(block.text)}](<{block.url}>)"
        case Items():
            # Another mark than facts have: else a list that follows them would be one with them.
            yield from (f"* {in_markdown(text)}" for text in block.texts)
        case Facts():
            yield from (f"- {in_markdown(name)}: {in_markdown(text)}" for name, text in block.rows)
        case Table() if block.folded:
            yield from _folded(block.name, _table(block))
        case Table():
            yield f"{in_markdown(block.name)}:\n"
            yield from _table(block)
        case Code():
            yield from _folded(block.name, _fenced(map(one_line, block.lines), "diff"))
        case Histogram():
            yield f"{in_markdown(block.name)}:\n"
            yield from _fenced(_bars(block), "text")


def _table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    left = (0, *table.words)
    yield _row(
        [":--" if place in left else "--:" for place in range(len(table.columns))], escaped=True
    )
    yield from map(_row, table.rows)


def _folded(name: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{escape(one_line(name))}</summary>\n"
    yield from lines
    yield "\n</details>"


def _fenced(lines: Iterator[str], language: str) -> Iterator[str]:
    """Code, between more backticks than stand in it."""
    text = list(lines)
    longest = max((len(run) for line in text for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from text
    yield fence


def _bars(block: Histogram) -> Iterator[str]:
    for each, lengths in zip(block.bins, bars(block.bins), strict=True):
        bar = "".join(sign * length for sign, length in zip(SIGNS, lengths, strict=True))
        yield f"{each.reach:>16} │{bar} {each.total:,}"
    yield ""
    yield ", ".join(f"{sign} {what}" for sign, what in zip(SIGNS, block.legend, strict=True))


def _row(cells: Sequence[str], *, escaped: bool = False) -> str:
    return f"| {' | '.join(cells if escaped else map(in_markdown, cells))} |"


def _in_one_line(value: object) -> object:
    """Text from outside in one line; what a macro of the template made stays as it is."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _template() -> Template:
    """Everything that is filled in is escaped, and shown in one line as on every page."""
    environment = Environment(
        loader=PackageLoader("core.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_in_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["bars"] = bars
    return environment.get_template("document.html")
