"""Why nothing could be frozen, in words."""

from datetime import UTC, datetime

from core.errors import InputError
from core.snapshots.rules import Rules
from core.store.posts import PostTotals
from core.words import count


def too_few(rules: Rules, totals: PostTotals, *, posts: int, large: int) -> InputError:
    """Fewer than two subreddits are ``large`` enough; where dates were given, they may be why."""
    dated = rules.since is not None or rules.until is not None
    between = f" {_between(rules)}" if dated else ""
    known = (
        f"The stored posts are from {_day(totals.first_utc)} to {_day(totals.last_utc)}"
        if dated and totals.first_utc is not None and totals.last_utc is not None
        else ""
    )
    if known and not posts:
        return InputError(f"There are no posts{between}", f"{known}. Choose other dates.")
    who = "Only one subreddit" if large else "No subreddit"
    needed = "A classifier needs at least two."
    mend = "lower --min-posts."
    return InputError(
        f"{who} has {count(rules.min_posts, 'post')} or more{between}",
        f"{needed} {known}: choose other dates, or {mend}"
        if known
        else f"{needed} Import more subreddits, or {mend}",
    )


def _between(rules: Rules) -> str:
    words = [("from", rules.since), ("before", rules.until)]
    return " and ".join(f"{word} {_day(day)}" for word, day in words if day is not None)


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
