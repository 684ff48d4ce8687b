"""Text of other encodings becomes UTF-8 while it is read."""

import codecs
import io
from typing import IO

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 200
_PIECE = 2**16


def encoding_of(start: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by its zeros; None: it is UTF-8, or tells nothing."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    part = start[: _LOOKED_AT - _LOOKED_AT % 2]
    if len(part) < 8 or not part.strip(b"\0"):
        return None
    even, odd = part[::2].count(0), part[1::2].count(0)
    half = len(part) // 2
    if odd > 0.8 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.8 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


class Recoded(io.RawIOBase):
    """A file of another encoding, as UTF-8. What is no character becomes U+FFFD."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            piece = self._file.read(_PIECE)
            self._ended = not piece
            text = self._decoder.decode(piece, final=self._ended)
            self._ready = memoryview(text.encode(errors="replace"))
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
