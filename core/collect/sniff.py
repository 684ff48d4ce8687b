"""Whether a file whose name tells nothing holds posts, by its beginning."""

import io
import lzma
import re
import zipfile
import zlib
from pathlib import Path

import zstandard

from core.collect.archives import Member, open_member
from core.collect.columns import check, columns_of
from core.collect.containers import BUFFER, Counted, as_it_is, decompressed
from core.collect.encodings import Recoded, encoding_of
from core.collect.faults import fault_of, is_binary
from core.collect.tables import header_of
from core.errors import InputError

_LOOKED_AT = 2**18
_TITLE = re.compile(rb'"(?:post_)?title"\s*:')
_OF_POSTS = re.compile(
    rb'"(?:selftext|permalink|num_comments|is_self|subreddit(?:_name_prefixed)?|t3)"', re.IGNORECASE
)


_UNREADABLE = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)


def why_no_posts(path: Path) -> str | None:
    """Why a file cannot be one of posts; None: it looks like one."""
    try:
        with Counted(path.open("rb", buffering=0)) as opened:
            return _why_not(decompressed(opened))
    except _UNREADABLE as error:
        return f"it cannot be read ({error})"


def why_member_has_no_posts(path: Path, member: Member) -> str | None:
    """The same for a file in an archive."""
    try:
        with open_member(path, member) as opened:
            return _why_not(as_it_is(opened))
    except _UNREADABLE as error:
        return f"it cannot be read ({error})"
    except InputError as error:
        return f"it {error.reason}"


def _why_not(content: io.BufferedReader) -> str | None:
    start = content.peek(BUFFER)
    if start.startswith(b"PAR1"):
        return None
    encoding = encoding_of(start)
    if encoding:
        content = io.BufferedReader(Recoded(content, encoding), BUFFER)
        start = content.peek(BUFFER)
    return _why(start[:_LOOKED_AT])


def _why(start: bytes) -> str | None:
    fault = fault_of(start)
    if fault:
        return f"it {fault.reason}"
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        is_one = _TITLE.search(start) and _OF_POSTS.search(start)
        return None if is_one else "it is JSON, but not of posts"
    if is_binary(start):
        return "it is of no kind that Signoff reads"
    text = io.TextIOWrapper(io.BytesIO(start), "utf-8", errors="replace", newline="")
    try:
        header, _, _ = header_of(text)
        check(columns_of(header), header)
    except InputError:
        return "it does not begin like a table of posts"
    return None
