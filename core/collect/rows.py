"""One row of a published CSV becomes a post, or a reason why it does not. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.collect.posts import Post
from core.text import is_empty

REQUIRED = ("id", "created_utc", "title", "selftext")
"""Columns without which a file holds no posts. All others may be missing."""

FIRST_REDDIT_SECOND = 1_117_584_000  # 2005-06-01, the month in which Reddit opened
_ID = re.compile(r"[0-9a-z]{1,16}")
_SUBREDDIT = re.compile(r"[A-Za-z0-9_.\-]{1,50}")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a row is left out: ``reason`` is counted; ``detail`` goes to the log."""

    reason: str
    detail: str


GONE = {"[removed]": "removed", "[deleted]": "deleted"}
"""What Reddit writes in the place of a text that its moderators or its author took back."""


def parse_row(
    cells: Sequence[str], columns: Mapping[str, int], *, subreddit: str, now: int
) -> Post | Skipped:
    """One post from the cells of a row.

    Args:
        columns: column -> index in ``cells``.
        subreddit: the label, unless a column ``subreddit`` gives it.
        now: epoch seconds; a post from later than a day after it is an error of the file.
    """
    if len(cells) != len(columns):
        return Skipped("wrong_field_count", f"{len(cells)} fields, the header has {len(columns)}")

    def cell(name: str) -> str:
        index = columns.get(name)
        return "" if index is None else cells[index]

    title, body = cell("title").strip(), cell("selftext").strip()
    if not _is_utf8(title, body, cell("domain"), cell("url"), cell("link_flair_text")):
        return Skipped("not_utf8", "the text is not UTF-8")
    if not _ID.fullmatch(cell("id")):
        return Skipped("bad_id", f"{cell('id')[:40]!r} is not a post's id")
    label = cell("subreddit") or subreddit
    if not is_subreddit(label):
        return Skipped("bad_subreddit", f"{label[:50]!r} is no subreddit's name")
    created = _number(cell("created_utc"))
    if created is None or not FIRST_REDDIT_SECOND <= created <= now + 86_400:
        return Skipped("bad_time", f"{cell('created_utc')[:40]!r} is not a time of a post")
    score, comments = _number(cell("score") or "0"), _number(cell("num_comments") or "0")
    if score is None or comments is None:
        return Skipped("bad_number", "score or num_comments is not a number")
    gone = GONE.get(body) or GONE.get(title)
    if gone:
        return Skipped(gone, f"post {cell('id')} was {gone} on Reddit")
    if is_empty(title, body):
        return Skipped("no_text", f"post {cell('id')} has neither title nor text")
    return Post(
        id=cell("id"),
        subreddit=label,
        created_utc=int(created),
        title=title,
        body=body,
        is_self=cell("is_self") == "True" or bool(body),
        domain=cell("domain"),
        url=cell("url"),
        score=int(score),
        num_comments=int(comments),
        over_18=cell("over_18") == "True",
        flair=cell("link_flair_text"),
    )


def is_subreddit(name: str) -> bool:
    """Whether Reddit could have a subreddit of this name."""
    return _SUBREDDIT.fullmatch(name) is not None


def _number(cell: str) -> float | None:
    """A finite number that fits into 64 bits, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 2**62 else None


def _is_utf8(*texts: str) -> bool:
    """False if reading the file met bytes that are not UTF-8 (kept as lone surrogates)."""
    try:
        for text in texts:
            text.encode()
    except UnicodeEncodeError:
        return False
    return True
