"""Reading one subreddit's listing, newest posts first: where to go on, and when to stop. Pure.

A listing moves while it is read. New posts come in above; posts disappear, and with them the place
to go on from: behind a post that is no longer there, Reddit shows an empty page. Neighbours trade
places. So each page begins a few posts before the end of the last one, which makes an empty page
mean one thing only, and a page of nothing but known posts the end.

Posts of before the *mark* were read by an earlier sweep that came to its end. Only a row of posts
that are older than the mark and known as well ends a sweep: a post that a moderator let through
late stands among the old ones and is new.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SHOWN = 1_000
"""Posts of a listing that Reddit shows at the most."""
STEP_BACK = 3
"""A page begins this number of posts before the end of the last one."""
ROW = 25
"""This number of known posts in a row ends a sweep."""
OVERLAP = 600
"""Seconds before the mark in which posts count as new: the moment of a post and the moment in
which it is shown differ."""
IDLE = 3
"""Pages in a row without anything new, after which a listing is taken to go round in circles."""
WHOLE_AFTER = timedelta(days=7)
"""How often a listing is read to its end, whatever is known of it: what was let through late, or
traded places over more than a few posts, is found then."""


class End(StrEnum):
    """Why a sweep stopped."""

    LISTING = "listing"
    """Nothing follows."""
    LIMIT = "limit"
    KNOWN = "known"
    BROKEN_OFF = "broken_off"
    """More follows, and there is no way to it."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What earlier sweeps of a listing have reached.

    ``mark`` is a moment in epoch seconds: of posts until then, the newest ``reach`` have been
    read. ``whole_at``: when a sweep last stopped elsewhere than at what it knew.
    """

    mark: int | None = None
    reach: int = 0
    whole_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a page, by a name that no other has; a post's is ``t3_…``."""

    name: str
    created_utc: int


def mark_for(swept: Swept, *, limit: int, now: datetime) -> int | None:
    """The mark that a sweep may stop at; None: it reads on to the limit."""
    if swept.whole_at is None or now - swept.whole_at >= WHOLE_AFTER:
        return None
    return swept.mark if min(limit, SHOWN) <= swept.reach else None


@dataclass(slots=True)
class Sweep:
    """One reading of one listing, page by page."""

    limit: int
    mark: int | None = None
    ended: End | None = None
    _names: dict[str, None] = field(default_factory=dict)
    """Of all posts that were shown, in the order of the listing as it was shown last."""
    _first: int | None = None
    """The newest moment on the first page."""
    _row: int = 0
    _idle: int = 0
    _back: int = STEP_BACK

    @property
    def read(self) -> int:
        """Posts that were shown so far."""
        return len(self._names)

    @property
    def after(self) -> str | None:
        """The post behind which the next page begins; None: at the top."""
        if not self._names:
            return None
        names = list(self._names)
        return names[max(len(names) - 1 - self._back, 0)]

    @property
    def wanted(self) -> int:
        """How many posts to ask for, of the next page."""
        return self.limit - self.read + (self._back if self._names else 0)

    def take(self, page: Sequence[Entry], *, follows: bool, known: Collection[str]) -> list[int]:
        """Read a page.

        Args:
            follows: whether the server says that another page follows.
            known: names among the page's that need not be kept: stored already, or no posts.

        Returns:
            The indices of the entries that this sweep had not been shown, up to the limit.
        """
        if not page and self._names:
            self._go_further_back()
            return []
        fresh = self._fresh(page)
        if self._first is None:
            self._first = max((entry.created_utc for entry in page), default=None)
        for index in fresh:
            self._row = self._row + 1 if self._is_old(page[index], known) else 0
        self._remember(page)
        self._idle = 0 if fresh else self._idle + 1
        self._back = STEP_BACK
        self.ended = self._end(follows=follows)
        return fresh

    def swept(self, before: Swept, now: datetime) -> Swept:
        """What has been reached, at the end of a sweep that ended well."""
        moments = [m for m in (before.mark, self._first) if m is not None]
        mark = min(max(moments), int(now.timestamp())) if moments else None
        if self.ended == End.KNOWN:
            return Swept(mark, before.reach, before.whole_at)
        return Swept(mark, SHOWN if self.ended == End.LISTING else self.limit, now)

    def _fresh(self, page: Sequence[Entry]) -> list[int]:
        indices: dict[str, int] = {}
        for index, entry in enumerate(page):
            if entry.name not in self._names:
                indices.setdefault(entry.name, index)
        return list(indices.values())[: self.limit - self.read]

    def _is_old(self, entry: Entry, known: Collection[str]) -> bool:
        if self.mark is None or entry.name not in known:
            return False
        return entry.created_utc < self.mark - OVERLAP

    def _remember(self, page: Sequence[Entry]) -> None:
        for entry in page:
            self._names.pop(entry.name, None)
            self._names[entry.name] = None

    def _end(self, *, follows: bool) -> End | None:
        if self._row >= ROW:
            return End.KNOWN
        if not follows:
            return End.LISTING
        if self.read >= self.limit:
            return End.LIMIT
        return End.BROKEN_OFF if self._idle >= IDLE else None

    def _go_further_back(self) -> None:
        """The post to go on from is gone: try one twice as far back."""
        if self._back >= len(self._names) - 1:
            self.ended = End.BROKEN_OFF
        self._back *= 2
