"""The bytes of a file, decompressed while they are read. Content decides, names do not."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import zstandard

BUFFER = 2**20
"""Bytes that are read, and decompressed, at once."""
PIECE = 2**13
"""Bytes given to zstd at once: what they expand to is held in memory."""
WINDOW = 2**31
"""How far back the monthly dumps refer, in bytes: the largest distance that zstd knows."""

_HEADER = 18
"""Bytes of a frame's header, at most."""


class Counted(io.RawIOBase):
    """A file that tells how many of its bytes were read; a pipe has no position of its own."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self.file.read(len(buffer))
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)

    def close(self) -> None:
        self.file.close()
        super().close()


def as_it_is(file: Counted) -> io.BufferedReader:
    """The content of a file, read a buffer at a time."""
    return io.BufferedReader(file, BUFFER)


def decompressed(file: Counted) -> io.BufferedReader:
    """The content of a file in any compression, or in none.

    Reading raises OSError, EOFError, zlib.error, lzma.LZMAError or zstandard.ZstdError where the
    file breaks off or is damaged.
    """
    buffered = as_it_is(file)
    first = buffered.peek(8)
    for magic, opener in _OPENERS.items():
        if first.startswith(magic):
            return io.BufferedReader(opener(buffered), BUFFER)
    return buffered


def window(path: Path) -> int:
    """Bytes that decompressing the file keeps in memory, as far as its beginning tells."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER)
        return zstandard.get_frame_parameters(start).window_size
    except (OSError, zstandard.ZstdError):
        return 0


class _Zstd(io.RawIOBase):
    """zstd in any number of frames. Its own stream reader takes a cut file for a whole one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._pieces = _frames(file)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._ready = memoryview(piece)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def _frames(file: IO[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    piece = file.read(PIECE)
    while piece:
        frame = decompressor.decompressobj()
        while not frame.eof:
            if not piece:
                raise EOFError("the compressed file is incomplete")
            yield frame.decompress(piece)
            piece = frame.unused_data or file.read(PIECE)


_Opener = Callable[[IO[bytes]], io.RawIOBase]
_OPENERS: dict[bytes, _Opener] = {
    b"\x1f\x8b": lambda file: cast("io.RawIOBase", gzip.GzipFile(fileobj=file)),
    b"BZh": lambda file: cast("io.RawIOBase", bz2.BZ2File(file)),
    b"\xfd7zXZ\x00": lambda file: cast("io.RawIOBase", lzma.LZMAFile(file)),  # noqa: SIM115
    b"\x28\xb5\x2f\xfd": _Zstd,
    b"\x50\x2a\x4d\x18": _Zstd,  # a frame to skip, with which pzstd begins
}
"""First bytes of a file -> how to decompress it."""
