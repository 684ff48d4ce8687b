"""What Reddit's answer about stored posts means. Pure.

A post is gone at once where Reddit says so: deleted by its author, or removed. One that Reddit does
not show at all may be gone, or Reddit may be in trouble: it counts as gone once it has been absent
for :data:`ABSENT_FOR`, and an answer without a single post counts as none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.collect.rows import Skipped, parse_row

ABSENT_FOR = timedelta(hours=24)
"""For so long, at the least, a post must not have been shown, in two rounds or more."""
DELETED, REMOVED, ABSENT = "deleted", "removed", "absent"
_BY_AUTHOR = ("author", "deleted")
_NOBODY = (None, "[deleted]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Reddit said of the posts that it was asked for.

    ``gone``: post -> why. ``absent``: those it did not show.
    """

    shown: frozenset[str]
    gone: Mapping[str, str]
    absent: frozenset[str]

    @property
    def in_earnest(self) -> bool:
        """Whether it shows any post that was asked for."""
        return bool(self.shown or self.gone)


def read_answer(
    asked: Sequence[str], entries: Iterable[Mapping[str, Any]], *, whole: bool = True, now: datetime
) -> Answer:
    """Sort the entries of an answer. What was not asked for is not heeded.

    Args:
        whole: the answer ends here; else nothing is known of posts that it does not show.
    """
    wanted = frozenset(asked)
    gone: dict[str, str] = {}
    shown: set[str] = set()
    for entry in entries:
        post = entry.get("id")
        if not isinstance(post, str) or post not in wanted:
            continue
        why = why_gone(entry, now=now)
        if why is None:
            shown.add(post)
        else:
            gone[post] = why
    shown -= gone.keys()
    absent = wanted - shown - gone.keys() if whole else frozenset[str]()
    return Answer(frozenset(shown), gone, absent)


def why_gone(entry: Mapping[str, Any], *, now: datetime) -> str | None:
    """``deleted`` or ``removed``, by what Reddit says of a post; None: it is there.

    An author who is gone does not take the post along: Reddit goes on showing the text, and we
    never had the name. Where there is no text to tell one from the other, it counts as deleted.
    """
    by = entry.get("removed_by_category")
    if by:
        return DELETED if by in _BY_AUTHOR else REMOVED
    parsed = parse_row(entry, now=int(now.timestamp()), exact=True)
    if isinstance(parsed, Skipped) and parsed.reason in (DELETED, REMOVED):
        return parsed.reason
    nobody = "author" in entry and entry["author"] in _NOBODY
    return DELETED if nobody and not entry.get("selftext") else None


def long_absent(
    absent: Iterable[str], since: Mapping[str, datetime], *, now: datetime
) -> dict[str, str]:
    """The posts that have been absent for long enough -> why they are gone.

    Args:
        since: when each was first absent, of those that were before.
    """
    return {p: ABSENT for p in absent if p in since and now - since[p] >= ABSENT_FOR}
