"""Subreddits that may have been renamed between two models. Pure."""

from collections.abc import Iterable

import numpy as np

from core.arrays import Bools
from core.comparison.align import Aligned
from core.comparison.results import Rename

SHARE = 0.5
"""Both ways, more than half of the posts must move together. So no subreddit can be matched with
two others, and each is the other's best match."""
FEWEST_POSTS = 10
"""Of fewer posts, half may move together by chance."""


def suggest_renames(
    posts: Aligned, *, removed: Iterable[str], added: Iterable[str]
) -> list[Rename]:
    """Pairs of a removed and an added subreddit that the two models mean alike, most posts first.

    Args:
        removed, added: subreddits that only the baseline knows, and only the candidate; often
            none. Names that ``posts`` does not know are passed over.
    """
    before, after = posts.baseline[:, 0].astype(np.intp), posts.candidate[:, 0].astype(np.intp)
    labels = len(posts.names)
    moved = _among(posts, removed)[before] & _among(posts, added)[after]
    pairs, together = np.unique(before[moved] * labels + after[moved], return_counts=True)
    old, new = np.divmod(pairs, max(labels, 1))
    named_before = np.bincount(before[before >= 0], minlength=labels)
    named_after = np.bincount(after[after >= 0], minlength=labels)
    share = together / np.maximum(named_before[old], named_after[new])
    likely = np.flatnonzero((share > SHARE) & (together >= FEWEST_POSTS))
    renames = [
        Rename(posts.names[old[i]], posts.names[new[i]], int(together[i]), float(share[i]))
        for i in likely
    ]
    return sorted(renames, key=lambda rename: (-rename.posts, rename.removed))


def _among(posts: Aligned, names: Iterable[str]) -> Bools:
    """Whether each label is one of ``names``; one entry more, False, for no prediction (-1)."""
    wanted = set(names)
    return np.array([*(name in wanted for name in posts.names), False], dtype=bool)
