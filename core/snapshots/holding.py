"""Sealed posts that other snapshots hold openly.

It is the normal course of things that next month's snapshot trains on last month's test; so
freezing does not refuse it. It is said wherever such a split is shown or evaluated on, and each
model that is evaluated on it has looked at the sealed test, see :mod:`core.release.looks`.
"""

from dataclasses import dataclass

from core.snapshots.read import OPEN_SPLITS, listing
from core.store import Store, shared_texts
from core.store.shared_texts import SharedTexts
from core.store.snapshots import Snapshot

MOST_SHARED = 0.1
"""Of the texts of a sealed test, as far as another split may hold them without looks at the one
being looks at the other. Honest snapshots share less than 1%; and what was learned of a tenth of
the posts moves an answer by a tenth of what it moved the other
(docs/decisions/0029-looks-at-texts.md).
"""
MOST_COMMON = 0.01
"""Of the texts of a sealed test, what honest snapshots share: threads recur."""


@dataclass(frozen=True, slots=True)
class HeldOpenly:
    """``split`` of ``holder`` holds the share ``share`` of the texts of the sealed test of
    ``sealed``.
    """

    holder: Snapshot
    split: str
    sealed: Snapshot
    share: float

    def __str__(self) -> str:
        return (
            f"The {self.split} split of {self.holder.id} contains {self.share:.0%} of the texts in"
            f" the sealed test of {self.sealed.id}"
        )


def held_openly(store: Store, holder: Snapshot) -> list[HeldOpenly]:
    """The sealed tests of which the open splits of a snapshot hold texts, newest snapshot first."""
    with store.read() as session:
        pairs = {p.snapshot: p for p in shared_texts.pairs(session) if p.holder == holder.digest}
    return [
        HeldOpenly(holder, split, sealed, getattr(pairs[sealed.digest], split))
        for sealed in listing(store)
        if sealed.digest in pairs
        for split in holding(pairs[sealed.digest])
    ]


def readable_elsewhere(store: Store, sealed: Snapshot) -> list[HeldOpenly]:
    """The open splits of other snapshots that hold :data:`MOST_COMMON` or more of the texts in the
    sealed test of ``sealed``, newest snapshot first.
    """
    with store.read() as session:
        pairs = {p.holder: p for p in shared_texts.pairs(session) if p.snapshot == sealed.digest}
    return [
        HeldOpenly(holder, split, sealed, share)
        for holder in listing(store)
        if holder.digest in pairs
        for split in OPEN_SPLITS
        if (share := getattr(pairs[holder.digest], split)) >= MOST_COMMON
    ]


def holding(pair: SharedTexts) -> list[str]:
    """The open splits of the holder that hold texts of the sealed test."""
    return [split for split in OPEN_SPLITS if getattr(pair, split) > MOST_SHARED]


def looks(store: Store, snapshot: Snapshot, split: str) -> list[str]:
    """What an evaluation on an open split gives away of sealed tests, as sentences; often none."""
    return [
        f"{held}: each model that is evaluated on it uses up that test."
        for held in held_openly(store, snapshot)
        if held.split == split
    ]
