"""Generate the demo's posts: invented, the same on every machine, and like Reddit in shape.

Only integers, comparisons and divisions stand between the random stream and a post. Functions
such as `exp` may differ in the last digit between C libraries, and then so would the posts.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from core.collect.posts import Post
from core.demo.repeats import crossposts, duplicates
from core.demo.wordlists import Lists, Subreddit, load_lists
from core.demo.writing import write_text

FIRST_DAY = date(2026, 8, 1)
LAST_DAY = date(2026, 10, 31)
POSTS_PER_SUBREDDIT = (155, 228)  # before repeats, which add at most a few
POSTS_PER_LATE_SUBREDDIT = (95, 140)
FLAIR_SHARE = 0.4
SCORE_LIMIT = 40_000

# Posts by hour of the day, UTC: quiet in the American night, busiest in its afternoon.
HOUR_WEIGHTS = (6, 5, 4, 3, 3, 2, 2, 2, 3, 3, 4, 5, 6, 8, 9, 10, 10, 10, 10, 9, 9, 8, 8, 7)
_HOURS = tuple(hour for hour, weight in enumerate(HOUR_WEIGHTS) for _ in range(weight))
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def generate_posts(lists: Path, *, seed: int = 0) -> list[Post]:
    """Return about 12,000 invented posts, sorted by created_utc, then id.

    lists: a folder with `common.toml` and `subreddits/*.toml`, such as core/demo/lists.
    seed: any integer; the same lists and seed give the same posts everywhere.

    Raises InputError, naming file and subreddit, if a list is malformed.
    """
    loaded = load_lists(lists)
    # One stream per subreddit: a new one changes no text of other topics (ids and repeats move).
    posts = [post for one in loaded.subreddits for post in _posts_of(loaded, one, seed)]
    rng = Random(f"{seed}:repeats")
    until = _timestamp(LAST_DAY + timedelta(days=1))
    posts += duplicates(posts, until=until, rng=rng)
    posts += crossposts(posts, loaded, until=until, rng=rng)
    posts.sort(key=lambda post: (post.created_utc, post.subreddit, post.title))
    return [_with_id(post, position) for position, post in enumerate(posts, start=1)]


def _posts_of(lists: Lists, subreddit: Subreddit, seed: int) -> Iterator[Post]:
    rng = Random(f"{seed}:{subreddit.name}")
    first = max(subreddit.first_day or FIRST_DAY, FIRST_DAY)
    late = first > FIRST_DAY
    count = rng.randint(*(POSTS_PER_LATE_SUBREDDIT if late else POSTS_PER_SUBREDDIT))
    for _ in range(count):
        day = first + timedelta(days=rng.randrange((LAST_DAY - first).days + 1))
        yield _post(lists, subreddit, day, rng=rng)


def _post(lists: Lists, subreddit: Subreddit, day: date, *, rng: Random) -> Post:
    text = write_text(lists, subreddit, day, rng=rng)
    is_self = rng.random() < subreddit.self_share
    domain = f"self.{subreddit.name}" if is_self else rng.choice(subreddit.domains)
    score = _score(rng)
    return Post(
        id="",  # known once all posts are sorted, as is the address of a self post
        subreddit=subreddit.name,
        created_utc=_timestamp(day) + rng.choice(_HOURS) * 3600 + rng.randrange(3600),
        title=text.title,
        body=text.body if is_self else "",
        is_self=is_self,
        domain=domain,
        url="" if is_self else f"https://{domain}/{_slug(text.title)}",
        score=score,
        num_comments=rng.randrange(4 + score // 3) if score else rng.randrange(12),
        flair=rng.choice(subreddit.flairs) if _has_flair(subreddit, rng) else "",
    )


def _has_flair(subreddit: Subreddit, rng: Random) -> bool:
    return bool(subreddit.flairs) and rng.random() < FLAIR_SHARE


def _score(rng: Random) -> int:
    """Draw from a Pareto law of exponent 1 (one over a uniform number), less 1, so from 0 up."""
    return min(int(2 / (1 - rng.random())) - 2, SCORE_LIMIT)


def _timestamp(day: date) -> int:
    """Return the seconds since the epoch at the beginning of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _with_id(post: Post, position: int) -> Post:
    """Number a post; zeros in front keep the order of ids the order of positions."""
    name = f"demo{_base36(position):0>5}"
    if not post.is_self:
        return replace(post, id=name)
    return replace(post, id=name, url=f"https://reddit.example/r/{post.subreddit}/comments/{name}/")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
