"""What every source of posts makes, and how it comes into the store."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from core.access.transactions import WITHIN_A_RUN, unattended
from core.batches import batches
from core.store import Store
from core.store.posts import WriteCounts, write_posts

BATCH = 20_000
"""Posts per transaction: enough to be fast, few enough that others wait only a moment. Their ids
hit the index all over, so a larger batch rewrites fewer pages: a quarter of what 900 posts do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One Reddit submission, of whatever source."""

    id: str
    """Reddit's base-36 id."""
    subreddit: str
    """As Reddit writes it."""
    created_utc: int
    """Seconds since the epoch, UTC."""
    title: str
    body: str = ""
    """The self text; empty for link posts."""
    is_self: bool = False
    domain: str = ""
    url: str = ""
    score: int = 0
    num_comments: int = 0
    over_18: bool = False
    flair: str = ""


def store_posts(store: Store, posts: Sequence[Post], *, source: str, execution: int) -> WriteCounts:
    """Write posts in transactions of :data:`BATCH`; what became of them."""
    counts = WriteCounts()
    for some in batches(posts, BATCH):
        rows = [row(post, source) for post in some]
        with unattended(store, because=WITHIN_A_RUN) as session:
            counts += write_posts(session, rows, execution)
    return counts


def row(post: Post, source: str) -> dict[str, Any]:
    """The post as a row of the store, with the fingerprint that tells a correction."""
    return dict(zip(COLUMNS, values(post, source), strict=True))


def values(post: Post, source: str) -> tuple[Any, ...]:
    """The same row without its names, which are :data:`COLUMNS`."""
    content = (*_content(post), source)
    return (*content, _fingerprint(content))


def _fingerprint(content: tuple[Any, ...]) -> int:
    """64 bits of all that is stored, as a signed integer."""
    text = (_TOGETHER % content).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), signed=True)


_FIELDS = [field.name for field in fields(Post)]
_content = attrgetter(*_FIELDS)
_TOGETHER = "\x1f".join(["%s"] * (len(_FIELDS) + 1))
COLUMNS = (*_FIELDS, "source", "fingerprint")
