"""A document as plain text in parts, before it is Markdown or HTML.

No text here has markup: whatever renders it escapes all of it, so a name or a comment from outside
cannot become more than words.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


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
    """``name``: what it shows. The first column holds names, all others numbers."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Paragraph | Items | Facts | Table


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
