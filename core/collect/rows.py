"""One row of a file, of whatever format and year, becomes a post or a reason why not. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.collect.names import is_subreddit, without_prefix
from core.collect.posts import Post
from core.text import is_empty

REQUIRED = ("id", "created_utc", "title", "selftext")
"""Columns without which a table holds no posts. All others may be missing."""
FIELDS = (
    *REQUIRED,
    *("name", "subreddit", "subreddit_name_prefixed", "is_self", "domain", "url", "score"),
    *("num_comments", "over_18", "link_flair_text", "removed_by_category", "_meta"),
)
"""All that :func:`parse_row` looks at."""

FIRST_REDDIT_SECOND = 1_117_584_000  # 2005-06-01, the month in which Reddit opened
ID = re.compile(r"[0-9a-z]{1,16}")
_TRUE = frozenset({"true", "t", "1", "1.0"})
_OFTEN = {True: True, False: False, "True": True, "False": False, None: False, "": False}
"""How yes and no are mostly written."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a row is left out: ``reason`` is counted; ``detail`` goes to the log."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts to take; by default all. ``since`` is included, ``until`` is not (epoch s)."""

    subreddits: frozenset[str] = frozenset()
    """In lower case; empty: every one."""
    since: int | None = None
    until: int | None = None

    def takes(self, subreddit: str, created_utc: float) -> bool:
        """Whether a post of this subreddit and moment is wanted."""
        return (
            (not self.subreddits or subreddit.lower() in self.subreddits)
            and (self.since is None or created_utc >= self.since)
            and (self.until is None or created_utc < self.until)
        )


EVERYTHING = Wanted()

GONE = {
    "[removed]": "removed",
    "[deleted]": "deleted",
    "[deleted by user]": "deleted",
    "[ Removed by Reddit ]": "removed",
}
"""What Reddit writes in the place of a text that was taken back."""
_BY_AUTHOR = frozenset({"author", "deleted"})
"""Of ``removed_by_category`` and ``removal_type``: the author took it back, nobody else did."""


def parse_row(
    fields: Mapping[str, Any], *, now: int, wanted: Wanted = EVERYTHING
) -> Post | Skipped | None:
    """One post from the fields of a row; None if it is not among those wanted.

    Over the years the same field was a text, a number or missing; all of these are read. ``<``,
    ``>`` and ``&`` stand in most files as Reddit's API escapes them, and are written out here.

    Args:
        fields: values by the names of Reddit's API. Missing and None are the same.
        now: epoch seconds; a post from later than a day after it is an error of the file.
    """
    get = fields.get
    post_id = _text(get("id")) or _text(get("name"))
    post_id = post_id.removeprefix("t3_")
    if not ID.fullmatch(post_id):
        return Skipped("bad_id", f"{post_id[:40]!r} is not a post's id")
    label = _label(fields)
    if not is_subreddit(label):
        return Skipped("bad_subreddit", f"{label[:50]!r} is not the name of a subreddit")
    created = _number(get("created_utc"))
    if created is None or not FIRST_REDDIT_SECOND <= created <= now + 86_400:
        return Skipped("bad_time", f"{_text(get('created_utc'))[:40]!r} is not a valid time")
    if not wanted.takes(label, created):
        return None
    title, body = _plain(get("title")).strip(), _plain(get("selftext")).strip()
    gone = _gone(fields, title, body)
    if gone:
        return Skipped(gone, f"post {post_id} was {gone} on Reddit")
    domain, url, flair = _text(get("domain")), _plain(get("url")), _plain(get("link_flair_text"))
    if not _is_utf8(f"{title}{body}{domain}{url}{flair}"):
        return Skipped("not_utf8", "the text is not UTF-8")
    score, comments = _number(_or(get("score"), 0)), _number(_or(get("num_comments"), 0))
    if score is None or comments is None:
        return Skipped("bad_number", "score or num_comments is not a number")
    if is_empty(title, body):
        return Skipped("no_text", f"post {post_id} has neither title nor text")
    return Post(
        id=post_id,
        subreddit=label,
        created_utc=int(created),
        title=title,
        body=body,
        is_self=bool(body) or _flag(_or(get("is_self"), domain.startswith("self."))),
        domain=domain,
        url=url,
        score=int(score),
        num_comments=int(comments),
        over_18=_flag(get("over_18")),
        flair=flair,
    )


def _label(fields: Mapping[str, Any]) -> str:
    label = _text(fields.get("subreddit")) or _text(fields.get("subreddit_name_prefixed"))
    return without_prefix(label) if "/" in label else label


def _gone(fields: Mapping[str, Any], title: str, body: str) -> str | None:
    """Why the post is no longer on Reddit, by its own text or by what the file says of it."""
    reason = GONE.get(body) or GONE.get(title)
    if reason:
        return reason
    meta = fields.get("_meta")  # what the makers of a dump saw when they looked again
    later = meta if isinstance(meta, dict) else {}
    said = fields.get("removed_by_category") or later.get("removal_type")
    if said:
        return "deleted" if said in _BY_AUTHOR else "removed"
    return "deleted" if _flag(later.get("was_deleted_later")) else None


def _or(value: Any, default: Any) -> Any:
    """The default where a field is missing, None or an empty cell."""
    return default if value is None or value == "" else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _plain(value: Any) -> str:
    text = _text(value)
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _flag(value: Any) -> bool:
    try:
        return _OFTEN[value]
    except (KeyError, TypeError):
        return str(value).lower() in _TRUE


def _number(value: Any) -> float | None:
    """A finite number that fits into 64 bits, or None. A moment becomes epoch seconds."""
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < 2**62 else None


def _is_utf8(text: str) -> bool:
    """False if reading the file met bytes that are not UTF-8 (kept as lone surrogates)."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
