"""One row of a file, of whatever format and year, becomes a post or a reason why not. Pure."""

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.collect.columns import FILE_LABEL
from core.collect.gone import why_gone
from core.collect.missing import WORDS, flag_of, text_of, title_of
from core.collect.moments import UNKNOWN_ORDER, has_unknown_order, moment
from core.collect.names import is_subreddit, of_permalink, without_prefix
from core.collect.posts import Post
from core.invisible import is_visible
from core.text import is_empty

FIRST_REDDIT_SECOND = 1_117_584_000  # 2005-06-01, the month in which Reddit opened
LONGEST_TEXT = 2**20
"""Characters beyond which a text is none of Reddit's, which takes 40,000."""
ID = re.compile(r"[0-9a-z]{1,16}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_COUNT = re.compile(r"([+-]?\d{1,3}(?:,\d{3})+|[+-]?\d+(?:\.\d+)?)\s*([kKmM]?)")
_EXACT = 16
"""Digits from which on a number is rounded, as floating-point numbers are."""
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a row is left out: ``reason`` is counted; ``detail`` goes to the log."""

    reason: str
    detail: str
    gone: str = ""
    """The id of a post that Reddit shows no more."""


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


def parse_row(
    fields: Mapping[str, Any], *, now: int, wanted: Wanted = EVERYTHING, exact: bool = False
) -> Post | Skipped | None:
    """One post from the fields of a row; None if it is not among those wanted.

    Over the years the same field was a text, a number or missing; all of these are read. A field
    beside the text that cannot be read is missing: it costs no post.

    Args:
        fields: values by the names of Reddit's API.
        now: epoch seconds; a post from later than a day after it is an error of the file.
        exact: texts are as people typed them. In files the API's escapes, ``&amp;`` for ``&``, are
            written out, once, and words such as ``nan`` stand for nothing.
    """
    get = fields.get
    post_id = _id(fields) or _linked(fields)[1]
    if not ID.fullmatch(post_id):
        said = _shown(get("id") or get("name"))
        return Skipped("bad_id", f"{said} is not a post's id")
    label = _label(fields) or _of_file(fields)
    if not is_subreddit(label):
        wrong = Skipped("bad_subreddit", f"{label[:50]!r} is not the name of a subreddit")
        return _gone(fields, post_id, *_texts(fields, exact=exact)) or wrong
    created = moment(get("created_utc"))
    if created is None or not FIRST_REDDIT_SECOND <= created <= now + 86_400:
        wrong = Skipped("bad_time", _bad_time(get("created_utc")))
        return _gone(fields, post_id, *_texts(fields, exact=exact)) or wrong
    if not wanted.takes(label, created):
        return None
    title, body = _texts(fields, exact=exact)
    if gone := _gone(fields, post_id, title, body):
        return gone
    unescape = str if exact else html_once
    domain, flair = text_of(get("domain")), unescape(text_of(get("link_flair_text")))
    url = unescape(text_of(get("url")))
    if not _is_utf8(f"{title}{body}{domain}{url}{flair}"):
        return Skipped("not_utf8", "the text is not UTF-8")
    if len(title) + len(body) > LONGEST_TEXT:
        return Skipped("too_long", f"post {post_id} has {len(title) + len(body):,} characters")
    title, body = title if is_visible(title) else "", body if is_visible(body) else ""
    if not title and is_empty(title, body):
        return Skipped("no_text", f"post {post_id} has neither title nor text")
    return Post(
        id=post_id,
        subreddit=label,
        created_utc=int(created),
        title=title,
        body=body,
        is_self=bool(body) or flag_of(_or(get("is_self"), domain.startswith("self."))),
        domain=domain,
        url=url,
        score=_count(get("score")),
        num_comments=_count(get("num_comments")),
        over_18=flag_of(get("over_18")),
        flair=flair,
    )


def _texts(fields: Mapping[str, Any], *, exact: bool) -> tuple[str, str]:
    """Title and body as people typed them."""
    title, body = title_of(fields.get("title")), fields.get("selftext")
    if exact:
        return title.strip(), title_of(body).strip()
    return html_once(title).strip(), html_once(text_of(body)).strip()


def _gone(fields: Mapping[str, Any], post_id: str, title: str, body: str) -> Skipped | None:
    """What a row says of a post that Reddit shows no more, whatever else the row lacks; None of
    other posts.
    """
    reason = why_gone(fields, title, body)
    if reason is None:
        return None
    return Skipped(reason, f"post {post_id} was {reason} on Reddit", gone=post_id)


def html_once(text: str) -> str:
    """The text with each entity as its character. What that makes is not looked at again."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _id(fields: Mapping[str, Any]) -> str:
    """The post's id, or what stands in its place; without ``t3_``, in small letters."""
    plain = fields.get("id")
    if isinstance(plain, str) and plain not in WORDS and ID.fullmatch(plain):
        return plain  # as nearly always
    written = text_of(fields.get("id")).strip() or text_of(fields.get("name")).strip()
    return written.lower().removeprefix("t3_")


def _label(fields: Mapping[str, Any]) -> str:
    label = _name_in(fields.get("subreddit")) or _name_in(fields.get("subreddit_name_prefixed"))
    return without_prefix(label) if "/" in label else label


def _name_in(value: Any) -> str:
    if isinstance(value, dict):  # an object of PRAW that somebody wrote down
        value = value.get("display_name") or value.get("name")
    return text_of(value).strip()


def _linked(fields: Mapping[str, Any]) -> tuple[str, str]:
    """Subreddit and id by the post's own address, which knows better than its file."""
    link = fields.get("permalink")
    return (of_permalink(text_of(link)) if link else None) or ("", "")


def _of_file(fields: Mapping[str, Any]) -> str:
    """The label of a row that names none itself."""
    label = str(fields.get(FILE_LABEL) or "")
    link = fields.get("permalink")
    if isinstance(link, str) and 0 <= link.find("/r/") == link.find(f"/r/{label}/comments/"):
        return label  # as nearly always
    linked, _ = _linked(fields)
    return label if linked.lower() == label.lower() else linked or label


def _bad_time(value: Any) -> str:
    if has_unknown_order(value):
        return f"{_shown(value)} {UNKNOWN_ORDER}"
    return f"{_shown(value)} is not a valid time"


def _shown(value: Any) -> str:
    return repr("" if value is None else str(value)[:40])


def _or(value: Any, default: Any) -> Any:
    """The default where a field is missing."""
    return value if isinstance(value, bool) else text_of(value).strip() or default


def _count(value: Any) -> int:
    """A whole number that fits into 64 bits, as programs and pages write it; else 0."""
    if isinstance(value, str) and value.isdecimal() and len(value) < _EXACT:
        return int(value)
    if isinstance(value, str) and not value.isdecimal():
        match = _COUNT.fullmatch(value.strip())
        if match:
            value = float(match[1].replace(",", "")) * _UNITS[match[2].lower()]
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return int(number) if math.isfinite(number) and abs(number) < 2**62 else 0


def _is_utf8(text: str) -> bool:
    """False if reading the file met bytes that are not UTF-8 (kept as lone surrogates)."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
