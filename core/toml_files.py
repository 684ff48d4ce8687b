"""Files in TOML that people write: what they hold, and on which line something is wrong. Pure."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from core.errors import InputError
from core.hints import Hint

_NOT_TOML = (tomllib.TOMLDecodeError, RecursionError)
"""What the parser raises; the latter where brackets are nested by the thousand."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds. ``name``: how messages call the file."""

    name: str
    text: str
    tables: dict[str, Any]

    def wrong(self, path: tuple[str | int, ...], problem: str, hint: Hint | str) -> InputError:
        """The error that names the file and the line on which ``path`` begins."""
        return InputError(f"{self.name}, line {line_of(self.text, *path)}: {problem}", hint)


def parsed(content: bytes, *, name: str, hint: str) -> Document:
    """The document that the bytes of a file are.

    Args:
        name: how messages call the file.
        hint: how to write such a file, where its bytes are not TOML.

    Raises:
        InputError: they are not UTF-8, or not TOML; names the line.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{name}, line {line}: byte {error.start} is not UTF-8", "Save it as UTF-8 text."
        ) from None
    try:
        return Document(name, text, tomllib.loads(text))
    except _NOT_TOML as error:
        raise InputError(f"{name}, line {line_of(text)}: this is not TOML: {error}", hint) from None


def line_of(text: str, *path: str | int) -> int:
    """The line, from 1, on which a table, a key or an entry of an array of a TOML text begins.

    Without ``path``: the line on which begins what cannot be parsed.

    The parser keeps no lines. So the text is parsed with one more line each time: the key begins
    after the longest beginning that can be parsed and lacks it. That holds for every way of
    writing TOML (dotted, quoted, inline, over many lines), and takes time only after a mistake.
    """
    lines = text.split("\n")
    begins = 1
    for count in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("\n".join(lines[:count]))
        except _NOT_TOML:  # in the middle of a value, or of a mistake
            continue
        if path and _holds(document, path):
            break
        begins = count + 1
    return begins


def nearest(name: str, known: Iterable[str]) -> str:
    """Which of the known names was probably meant, if one is close, and all of them."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Known: {', '.join(names)}."


def said(value: object) -> str:
    """A value as it stands in a file, cut where it is long."""
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _holds(document: object, path: tuple[str | int, ...]) -> bool:
    for name in path:
        match document, name:
            case dict(), str() if name in document:
                document = document[name]
            case list(), int() if name < len(document):
                document = document[name]
            case _:
                return False
    return True
