"""Posts that appear more than once, as on Reddit: exact duplicates and crossposts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from core.collect.posts import Post
from core.demo.wordlists import Lists, Subreddit

DUPLICATE_SHARE = 0.006
CROSSPOST_SHARE = 0.012
# A subreddit takes at most this many of each, so that its count stays within its range.
PER_SUBREDDIT = 8


def duplicates(posts: Sequence[Post], *, until: int, rng: Random) -> list[Post]:
    """Return some of the posts again: same subreddit and text, minutes to two days later.

    until: no repeat is created at or after this time, in seconds since the epoch.
    """
    return _limited(
        _later(post, until=until, rng=rng) for post in posts if rng.random() < DUPLICATE_SHARE
    )


def crossposts(posts: Sequence[Post], lists: Lists, *, until: int, rng: Random) -> list[Post]:
    """Return some of the posts again, with the same title, in a subreddit of the same topic.

    until: no repeat is created at or after this time, in seconds since the epoch.
    """
    by_name = {one.name: one for one in lists.subreddits}
    return _limited(
        _moved(_later(post, until=until, rng=rng), by_name, rng=rng)
        for post in posts
        if rng.random() < CROSSPOST_SHARE
    )


def _limited(candidates: Iterator[Post | None]) -> list[Post]:
    kept: list[Post] = []
    counts: dict[str, int] = {}
    for post in candidates:
        if post and counts.get(post.subreddit, 0) < PER_SUBREDDIT:
            counts[post.subreddit] = counts.get(post.subreddit, 0) + 1
            kept.append(post)
    return kept


def _later(post: Post, *, until: int, rng: Random) -> Post | None:
    created = post.created_utc + rng.randrange(600, 48 * 3600)
    if created >= until:
        return None
    return replace(
        post, created_utc=created, score=rng.randrange(20), num_comments=rng.randrange(8)
    )


def _moved(post: Post | None, by_name: dict[str, Subreddit], *, rng: Random) -> Post | None:
    if post is None:
        return None
    source = by_name[post.subreddit]
    targets = [one for one in by_name.values() if _may_take(one, post, source)]
    if not targets:
        return None
    target = rng.choice(targets).name
    return replace(
        post,
        subreddit=target,
        flair="",
        domain=f"self.{target}" if post.is_self else post.domain,
    )


def _may_take(target: Subreddit, post: Post, source: Subreddit) -> bool:
    day = datetime.fromtimestamp(post.created_utc, UTC).date()
    if target is source or target.topic != source.topic or not target.is_open(day):
        return False
    # The words of an event stay among the subreddits it concerns.
    return source.event is None or target.event is not None
