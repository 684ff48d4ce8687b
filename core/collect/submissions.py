"""What Reddit's API says of a post or of a subreddit, as we keep it. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.collect.posts import Post
from core.collect.rows import FIRST_REDDIT_SECOND, GONE, Skipped, is_subreddit
from core.text import is_empty

_ID = re.compile(r"[0-9a-z]{1,16}")
_MOST = 2**62
"""Numbers fit into 64 bits, also those that mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What Reddit says of a subreddit. ``subscribers`` None: it does not say."""

    name: str
    """As Reddit writes it."""
    subscribers: int | None
    over_18: bool
    description: str


def parse_submission(data: Mapping[str, Any], *, now: int) -> Post | Skipped:
    """A post, or why it is left out: ``removed`` and ``deleted`` are gone on Reddit.

    Args:
        now: epoch seconds; a post from later than a day after it is none.
    """
    post_id, label = _text(data, "id"), _text(data, "subreddit")
    title, body = _text(data, "title").strip(), _text(data, "selftext").strip()
    created = _number(data, "created_utc")
    if not _ID.fullmatch(post_id):
        return Skipped("bad_id", f"{post_id[:40]!r} is not a post's id")
    if not is_subreddit(label):
        return Skipped("bad_subreddit", f"{label[:50]!r} is no subreddit's name")
    if created is None or not FIRST_REDDIT_SECOND <= created <= now + 86_400:
        return Skipped("bad_time", f"post {post_id} has no time of a post")
    gone = _gone(data, title, body)
    if gone:
        return Skipped(gone, f"post {post_id} was {gone} on Reddit")
    if is_empty(title, body):
        return Skipped("no_text", f"post {post_id} has neither title nor text")
    return Post(
        id=post_id,
        subreddit=label,
        created_utc=int(created),
        title=title,
        body=body,
        is_self=data.get("is_self") is True or bool(body),
        domain=_text(data, "domain"),
        url=_text(data, "url"),
        score=int(_number(data, "score") or 0),
        num_comments=int(_number(data, "num_comments") or 0),
        over_18=data.get("over_18") is True,
        flair=_text(data, "link_flair_text"),
    )


def parse_subreddit(data: Mapping[str, Any]) -> Facts | None:
    """What is said of a subreddit; None if it is none (a person's own page, say)."""
    name = _text(data, "display_name")
    if not is_subreddit(name) or name.startswith("u_"):
        return None
    subscribers = _number(data, "subscribers")
    return Facts(
        name=name,
        subscribers=None if subscribers is None else int(subscribers),
        over_18=data.get("over18") is True,
        description=_text(data, "public_description").strip(),
    )


def _gone(data: Mapping[str, Any], title: str, body: str) -> str | None:
    category = data.get("removed_by_category")
    if category:
        return "deleted" if category == "deleted" else "removed"
    return GONE.get(body) or GONE.get(title)


def _text(data: Mapping[str, Any], name: str) -> str:
    """A text; half a character, which JSON can say and UTF-8 cannot, becomes a question mark."""
    value = data.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) < _MOST else None
