"""Which labels two models take for which others, and how often each.

Shapes as in :mod:`core.stats.classification`.
"""

from dataclasses import dataclass

import numpy as np

from core.arrays import Bools, Ints
from core.stats.predictions import Predictions


@dataclass(frozen=True, slots=True)
class ConfusedPairs:
    """Pairs of labels that either side confuses: posts of ``truth`` taken for ``predicted``.

    Shape (m,) each. ``posts``: how many of each side, shape (2, m). ``support``: posts of
    ``truth`` on each side, shape (2, m). ``both``: posts that both sides confuse that way; None
    where the sides have different posts.
    """

    truth: Ints
    predicted: Ints
    posts: Ints
    support: Ints
    both: Ints | None

    @property
    def alone(self) -> Ints:
        """Posts that only one side confuses that way, shape (2, m); where the sides have different
        posts, all of them.
        """
        return self.posts if self.both is None else self.posts - self.both

    def among(self, kept: Bools | Ints) -> "ConfusedPairs":
        """Some of the pairs, by mask or place."""
        both = None if self.both is None else self.both[kept]
        return ConfusedPairs(
            self.truth[kept],
            self.predicted[kept],
            self.posts[:, kept],
            self.support[:, kept],
            both,
        )


def confused_pairs(
    sides: tuple[Predictions, Predictions], *, labels: Bools, paired: bool
) -> ConfusedPairs:
    """Every pair of two different ``labels`` that one of the sides confuses, in no order.

    Args:
        labels: which labels count, on either end of a pair; shape (c,).
        paired: both sides are of the same posts, in one order.
    """
    size = len(labels)
    codes = [_codes(side, labels) for side in sides]
    kept = [code[code >= 0] for code in codes]
    pairs = np.unique(np.concatenate(kept))

    def count(found: Ints) -> Ints:
        return np.bincount(np.searchsorted(pairs, found), minlength=len(pairs))

    truth, predicted = np.divmod(pairs, size)
    support = [np.bincount(side.truth, minlength=size)[truth] for side in sides]
    same = codes[0][(codes[0] >= 0) & (codes[0] == codes[1])] if paired else None
    return ConfusedPairs(
        truth=truth,
        predicted=predicted,
        posts=np.stack([count(found) for found in kept]),
        support=np.stack(support),
        both=None if same is None else count(same),
    )


def _codes(side: Predictions, labels: Bools) -> Ints:
    """One number for each pair of labels, of each post, (n,); -1 where it confuses none."""
    first = side.first
    wrong = (side.truth != first) & (first >= 0) & labels[side.truth] & labels[first]
    return np.where(wrong, side.truth.astype(np.int64) * len(labels) + first, -1)
