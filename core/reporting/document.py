"""A document as plain text in parts, before it is Markdown or HTML.

No text here has markup: whatever renders it escapes all of it, so a name or a comment from outside
cannot become more than words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.reporting.histogram import Bin


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the dashboard; ``url`` is an address of ours, as the settings give it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, in which nothing is first."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what each of them is."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """``name``: what it shows. The first column holds names, all others numbers but those at the
    places of ``words``, from 0. ``folded``: shown only to who wants to see it. ``more``: where the
    rows are that were cut off, as a sentence.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: Sequence[int] = ()
    folded: bool = False
    more: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Lines as they stand, shown only to who wants to see them; ``more`` as of a table."""

    name: str
    lines: Sequence[str]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Histogram:
    """One bin or more; ``legend``: what the parts of its bars are, worse first."""

    name: str
    bins: Sequence[Bin]
    legend: tuple[str, str, str]


Block = Paragraph | Link | Items | Facts | Table | Code | Histogram


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``lead``: what somebody should know who reads nothing else. ``end``: its last line."""

    title: str
    lead: str
    sections: Sequence[Section]
    end: str
