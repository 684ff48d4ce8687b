"""Whether a candidate has seen posts of the test split that is to judge it.

Four ways of having seen a post, each post counted in the first that fits: it is among the
training posts; another post of the same text is; one of nearly the same text is; half of its text
or more stands in training posts, in one of them or in several. The mark of a crosspost is not part
of the text. Besides, training posts from the time of the split tell of that
time, whatever they say. Only counts and ids leave here, never a text.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.arrays import Bools
from core.progress import Progress, silent
from core.snapshots.content import SplitFile, read_lines, read_moments
from core.stats.minhash import THRESHOLD, near_duplicates
from core.stats.passages import Passages
from core.text import words_of
from core.words import count

EXAMPLES = 10
"""Ids given at most, of each kind."""
CONTAINED, CONTAINED_BYTES = 0.45, 48
"""The share of a text, and the bytes of it, that stand in passages of training posts where it
counts as contained: half a post, give or take a word, and more than a phrase
(docs/decisions/0030-parts-of-posts.md).
"""
_CROSSPOST = re.compile(r" ?[(\[{*] ?(?:x|cross) ?-? ?post(?:ed)?\b[^)\]}*]*[)\]}*]")
"""What people add to the title of a crosspost, normalised: ``( x - post from r / funny )``."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many posts, and the ids of the first :data:`EXAMPLES` of them."""

    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.examples)
        more = f" and {self.count - len(self.examples):,} more"
        return f"{named}{more if self.count > len(self.examples) else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """What a candidate has seen of a test split of ``posts`` posts.

    ``same``, ``same_text``, ``near``, ``contained``: posts of the split that are among the training
    posts by id; else by an equal line; else by a line with a Jaccard index of ``threshold`` or
    more; else by :data:`CONTAINED` of their text. Of the last three together the share
    ``most_near`` may be. ``evaluated``: posts of the split among those that it was evaluated on, by
    id or by an equal line, whatever kind they are of; of them, too, that share may be.
    ``newer``: training posts from the split's
    first moment on; None where a random split has no such moment.
    """

    posts: int
    same: Seen
    same_text: Seen
    near: Seen
    contained: Seen
    newer: Seen | None
    evaluated: Seen
    threshold: float
    most_near: float

    @property
    def counts(self) -> dict[str, int]:
        """Posts of each kind by name, without ``newer`` where it was not looked for."""
        kinds = {"same": self.same, "same_text": self.same_text, "near": self.near}
        kinds |= {"contained": self.contained, "evaluated": self.evaluated}
        if self.newer is not None:
            kinds["newer"] = self.newer
        return {name: seen.count for name, seen in kinds.items()}

    @property
    def refused(self) -> str:
        """Why the split cannot judge the candidate, without a full stop; empty if it can."""
        return "; ".join(self._reasons())

    def _reasons(self) -> Iterator[str]:
        if self.same.count:
            same = count(self.same.count, "post")
            yield f"it was trained on {same} of the test split ({self.same})"
        if self.newer is not None and self.newer.count:
            yield (
                f"it was trained on {count(self.newer.count, 'post')} from the time of the"
                f" test split ({self.newer})"
            )
        if self.evaluated.count > self.most_near * self.posts:
            yield (
                f"it was evaluated on {count(self.evaluated.count, 'post')} of the test split"
                f" without an opening, in an open split of another snapshot ({self.evaluated})"
            )
        alike = self.same_text.count + self.near.count + self.contained.count
        if alike > self.most_near * self.posts:
            kinds = {
                "with the same text": self.same_text,
                "with nearly the same text": self.near,
                "with half of their text or more in these": self.contained,
            }
            said = ", ".join(
                f"{seen.count:,} {name} ({seen})" for name, seen in kinds.items() if seen.count
            )
            yield (
                f"{count(alike, 'post')} of {self.posts:,} in the test split resemble posts that"
                f" it was trained on, more than the limit of {self.most_near:.1%}: {said}"
            )


def find_leakage(
    trained_on: Collection[SplitFile],
    test: SplitFile,
    *,
    first_moment: int | None,
    most_near: float,
    also: Sequence[str] = (),
    evaluated_on: Collection[SplitFile] = (),
    threshold: float = THRESHOLD,
    progress: Progress = silent,
) -> Leakage:
    """Look for posts of a test split among the posts that a candidate was trained or chosen on.

    Args:
        trained_on: splits that were trained or chosen on; their lines are read in parts.
        test: the opened split; its lines are held in memory meanwhile.
        first_moment: of the test split, in epoch seconds (``cutoffs["test"]`` of its snapshot).
            None for a random split, which is of the same time as its training posts: then there
            is no ``newer`` to look for.
        most_near: the share of test posts that may be ``same_text``, ``near`` or ``contained``;
            threads recur.
        also: ids of more posts that it was trained on.
        evaluated_on: splits of other snapshots that it was evaluated on.
        threshold: the least Jaccard index of ``near``.
    """
    lines = [line for group in range(len(test.sizes)) for line in _texts(test, group)]
    held, known = set(lines), set[str]()
    passages = Passages([line.encode() for line in lines])

    def parts() -> Iterator[list[str]]:
        # One reading for all questions: the same text, nearly the same, and parts of it.
        done, total = 0, sum(map(len, trained_on))
        for split in trained_on:
            for group, size in enumerate(split.sizes):
                progress("Looking for leakage", done, total)
                part = _texts(split, group)
                known.update(held.intersection(part))
                passages.meet([line.encode() for line in part])
                yield part
                done += size
        progress("Looking for leakage", done, total)

    near = near_duplicates(lines, parts(), threshold=threshold) >= 0
    contained = passages.covered() >= np.maximum(CONTAINED * passages.sizes, CONTAINED_BYTES)
    same_text = np.array([line in known for line in lines], dtype=bool)
    same = pc.is_in(test.ids, pa.array(also, pa.string())).to_numpy()
    for split in trained_on:
        same |= pc.is_in(test.ids, split.ids).to_numpy()
    return Leakage(
        posts=len(test),
        same=_seen(test.ids, same),
        same_text=_seen(test.ids, same_text & ~same),
        near=_seen(test.ids, near & ~same_text & ~same),
        contained=_seen(test.ids, contained & ~near & ~same_text & ~same),
        evaluated=_seen(test.ids, _among(test.ids, lines, evaluated_on)),
        newer=None if first_moment is None else _newer(trained_on, first_moment),
        threshold=threshold,
        most_near=most_near,
    )


def _among(ids: pa.ChunkedArray, lines: list[str], splits: Collection[SplitFile]) -> Bools:
    """Which posts are among those of other splits, by id or by an equal line."""
    held, known = set(lines), set[str]()
    found: Bools = np.zeros(len(lines), dtype=np.bool_)
    for split in splits:
        found |= pc.is_in(ids, split.ids).to_numpy()
        for group in range(len(split.sizes)):
            known.update(held.intersection(_texts(split, group)))
    found |= np.array([line in known for line in lines], dtype=np.bool_)
    return found


def _texts(split: SplitFile, group: int) -> list[str]:
    """What the posts of a row group say, without the mark of a crosspost."""
    lines = map(words_of, read_lines(split.source, group))
    return [_unmarked(line) if "post" in line else line for line in lines]


def _unmarked(line: str) -> str:
    return _CROSSPOST.sub("", line).strip() or line


def _newer(trained_on: Collection[SplitFile], first_moment: int) -> Seen:
    parts = [_seen(split.ids, read_moments(split) >= first_moment) for split in trained_on]
    examples = [post for seen in parts for post in seen.examples]
    return Seen(sum(seen.count for seen in parts), tuple(examples[:EXAMPLES]))


def _seen(ids: pa.ChunkedArray, where: Bools) -> Seen:
    first = np.flatnonzero(where)[:EXAMPLES]
    return Seen(int(np.count_nonzero(where)), tuple(ids.take(first).to_pylist()))
