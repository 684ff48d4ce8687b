"""Which words' share of posts moved most between the reference and a window. Pure.

A word counts once a post. Whether its share differs is Fisher's exact test, with q-values over all
words that stand in enough posts of both together, which says nothing of the side they stand on.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import Bools, Floats, Ints
from core.comparison.significance import Q_LIMIT
from core.drift.results import WordChange, WordChanges
from core.drift.word_counts import WordCounts
from core.stats.paired import benjamini_hochberg
from core.stats.shares import exact_share, independent_difference
from core.stats.unpaired import fisher_exact

FEWEST_POSTS, FEWEST_SUBREDDITS = 10, 2
"""A word that stands in fewer, on the side where its share is larger, is never named: it might
tell of a single post or author. Authors are not stored, so subreddits stand in for them.
"""
MOST = 15
"""Words that are named on either side."""


def word_changes(
    reference: WordCounts,
    window: WordCounts,
    *,
    known: Callable[[NDArray[np.object_]], Bools],
) -> WordChanges:
    """The words whose share rose, and those whose share fell.

    They are ordered by Cohen's h (1988): how far the share moved on the scale of its arcsine, on
    which chance is the same for rare words and for common ones.

    Args:
        known: which of some words stand in any training post.
    """
    counts = _aligned(reference, window)
    posts = counts[["n_reference", "n"]].to_numpy().T
    sizes = np.array([[reference.texts], [window.texts]])
    if not len(counts) or not sizes.min():
        return WordChanges(judged=0, rose=(), fell=())
    q_value = benjamini_hochberg(_p_values(posts, sizes))
    moved = 2 * np.diff(np.arcsin(np.sqrt(posts / sizes)), axis=0)[0]
    named = (q_value < Q_LIMIT) & _by_several(counts, moved > 0)
    furthest = np.lexsort((counts.index.to_numpy(dtype=str), -np.abs(moved)))
    words = counts.index.to_numpy(dtype=object)
    rose, fell = (
        _changes(words[i], posts[:, i], sizes, q_value[i], new=~known(words[i]))
        for i in (
            furthest[(named & (moved > 0))[furthest]][:MOST],
            furthest[(named & (moved < 0))[furthest]][:MOST],
        )
    )
    return WordChanges(judged=len(counts), rose=rose, fell=fell)


def _changes(
    words: NDArray[np.object_], posts: Ints, sizes: Ints, q_values: Floats, *, new: Bools
) -> tuple[WordChange, ...]:
    """Of some words, in their order; ``posts``: of both sides, shape (2, w)."""
    before, after = posts / sizes
    bounds = independent_difference(
        before, after, *map(exact_share, posts, np.broadcast_to(sizes, posts.shape))
    )
    return tuple(
        WordChange(
            word=str(word),
            posts=int(posts[1, i]),
            share_reference=float(before[i]),
            share=float(after[i]),
            interval=(float(bounds[0, i]), float(bounds[1, i])),
            q_value=float(q_values[i]),
            new=bool(new[i]),
        )
        for i, word in enumerate(words)
    )


def _aligned(reference: WordCounts, window: WordCounts) -> pd.DataFrame:
    """One row a word that stands in :data:`FEWEST_POSTS` posts of both together, or more."""
    sides = [
        pd.DataFrame({f"n{suffix}": side.posts, f"s{suffix}": side.subreddits}, index=side.words)
        for side, suffix in ((reference, "_reference"), (window, ""))
    ]
    both = sides[0].join(sides[1], how="outer").fillna(0).astype(np.int64)
    return both[both["n_reference"] + both["n"] >= FEWEST_POSTS]


def _p_values(posts: Ints, sizes: Ints) -> Floats:
    """Of each word; words with the same counts are tested once."""
    pairs, place = np.unique(posts, axis=1, return_inverse=True)
    return fisher_exact(pairs, np.broadcast_to(sizes, pairs.shape))[place.ravel()]


def _by_several(counts: pd.DataFrame, rises: Bools) -> Bools:
    """Whether a word stands in several posts of several subreddits, where its share is larger."""
    posts = np.where(rises, counts["n"], counts["n_reference"])
    subreddits = np.where(rises, counts["s"], counts["s_reference"])
    enough: Bools = (posts >= FEWEST_POSTS) & (subreddits >= FEWEST_SUBREDDITS)
    return enough
