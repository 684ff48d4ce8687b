"""What Reddit's answer about stored posts means. Pure.

A post is gone at once where Reddit says so: deleted by its author, or removed. One that Reddit does
not show at all may be gone, or Reddit may be in trouble: it counts as gone once it has been absent
for :data:`ABSENT_FOR`, and an answer without a single post counts as none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.collect.gone import why_gone_now

ABSENT_FOR = timedelta(hours=24)
"""For so long, at the least, a post must not have been shown, in two rounds or more."""
ABSENT = "absent"


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
    asked: Sequence[str], entries: Iterable[Mapping[str, Any]], *, whole: bool = True
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
        why = why_gone_now(entry)
        if why is None:
            shown.add(post)
        else:
            gone[post] = why
    shown -= gone.keys()
    absent = wanted - shown - gone.keys() if whole else frozenset[str]()
    return Answer(frozenset(shown), gone, absent)


def long_absent(
    absent: Iterable[str], since: Mapping[str, datetime], *, now: datetime
) -> dict[str, str]:
    """The posts that have been absent for long enough -> why they are gone.

    Args:
        since: when each was first absent, of those that were before.
    """
    return {p: ABSENT for p in absent if p in since and now - since[p] >= ABSENT_FOR}
