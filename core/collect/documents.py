"""JSON that is not one object a line: arrays, listings of Reddit, objects over several lines."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKENS = re.compile(rb'\\.|["{}]', re.DOTALL)
"""What a backslash escapes, or a mark of the structure."""
_PIECE = 2**16
_LISTS = ("children", "data", "posts", "submissions", "items", "results")
"""Under which an answer of an API holds its posts."""


def is_document(start: bytes) -> bool:
    """Whether JSON that begins so is an array, or has objects over several lines."""
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return True
    first, newline, rest = start.partition(b"\n")
    if not newline or not first.startswith(b"{"):
        return False
    goes_on = not first.rstrip().endswith(b"}") and rest.lstrip()[:1] in (b'"', b"}")
    return first.strip() == b"{" or goes_on


def objects(content: io.BufferedReader, longest: int) -> Iterator[bytes | None]:
    """The outermost objects of an array, or of a file, each as it is written.

    None: one that is longer than ``longest`` bytes.

    Raises:
        EOFError: the file ends inside an object, or before the end of its array.
    """
    opening, last = content.peek(_PIECE).removeprefix(b"\xef\xbb\xbf").lstrip()[:1], b""
    scanner = _Scanner(longest)
    while piece := content.read(_PIECE):
        last = piece.rstrip()[-1:] or last
        yield from scanner.feed(piece)
    if scanner.depth or (opening == b"[" and last != b"]"):
        raise EOFError("it ends inside its JSON")


class _Scanner:
    """Finds where objects begin and end, without understanding what is in them."""

    def __init__(self, longest: int) -> None:
        self.depth = 0
        self._longest = longest
        self._within_text = False
        self._kept = bytearray()
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[bytes | None]:
        """The objects that end in the next piece of the file."""
        start = 0
        for match in _TOKENS.finditer(self._escaped(piece)):
            token = match[0]
            if token == b'"':
                self._within_text = self.depth > 0 and not self._within_text
            elif self._within_text or token.startswith(b"\\"):
                continue
            elif token == b"{":
                start = start if self.depth else match.start()
                self.depth += 1
            elif self.depth:
                self.depth -= 1
                if not self.depth:
                    self._keep(piece[start : match.end()])
                    yield bytes(self._kept) if self._size <= self._longest else None
                    self._kept, self._size = bytearray(), 0
        if self.depth:
            self._keep(piece[start:])
        self._cut = _odd_backslash(piece)

    _cut = False
    """The piece before ended with a backslash, which escapes the first byte of the next."""

    def _escaped(self, piece: bytes) -> bytes:
        return b"_" + piece[1:] if self._cut and self._within_text else piece

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._longest:
            self._kept += part
        else:
            self._kept.clear()


def _odd_backslash(piece: bytes) -> bool:
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1


def posts_in(value: Mapping[str, Any]) -> Iterator[Any]:
    """The posts of an answer of Reddit's API or of an archive; a post is its own only one."""
    if "title" not in value:
        data = value.get("data")
        if isinstance(data, dict):
            yield from posts_in(data)
            return
        for name in _LISTS:
            found = value.get(name)
            if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
                for one in found:
                    yield from posts_in(one)
                return
        if isinstance(value.get("children"), list) or data == []:
            return  # an answer without any
    yield value
