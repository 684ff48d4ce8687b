"""Which subreddits and topic groups changed most between the reference and a window. Pure.

The tests are those of a comparison of one model on two sets of posts
(:mod:`core.stats.unpaired`): exact, with q-values over all subreddits that have enough posts.
"""

from collections.abc import Mapping

import numpy as np

from core.arrays import Bools, Floats, Places
from core.comparison.significance import FEWEST_POSTS, Q_LIMIT
from core.drift.reading import Posts
from core.drift.results import Causes, SubredditChange
from core.drift.topic_causes import topic_changes
from core.stats import effective, jackknife
from core.stats.classification import LabelCounts, label_counts, mean_by_label
from core.stats.paired import benjamini_hochberg
from core.stats.shares import independent_difference
from core.stats.unpaired import two_sample_test_f1

MOST = 10
"""Subreddits that are named."""


def causes(
    reference: Posts,
    window: Posts,
    *,
    names: tuple[str, ...],
    known: Bools,
    topics: Mapping[str, str] | None = None,
) -> Causes:
    """The subreddits that lost most F1, the significant ones first; and the topic groups.

    Subreddits that the model cannot name, or that have fewer than
    :data:`core.comparison.significance.FEWEST_POSTS` posts on either side, are not judged.

    Args:
        reference, window: 1 post or more each.
        names, known: of every label, see :class:`core.drift.reading.Stored`.
        topics: see :func:`core.drift.topic_causes.topic_changes`.
    """
    size = len(names)
    groups = topic_changes(reference, window, names=names, known=known, topics=topics)
    before, after = (
        label_counts(each.said.truth, each.said.first, labels=size) for each in (reference, window)
    )
    fewest = np.minimum(before.support, after.support)
    tested = np.flatnonzero(known & (fewest >= FEWEST_POSTS))
    if not len(tested):
        return Causes(judged=0, worse=0, better=0, changes=(), topics=groups)
    sides = (_of(before, tested), _of(after, tested))
    test = two_sample_test_f1(*sides, posts=(len(reference), len(window)))
    q_value = benjamini_hochberg(test.p_value)
    change = sides[1].f1 - sides[0].f1
    called = q_value < Q_LIMIT
    intervals = np.clip(_intervals(before, after)[:, tested], -1, 1)
    p_at_1 = [
        mean_by_label(each.said.truth, each.said.p_at_1, labels=size)[tested]
        for each in (reference, window)
    ]
    order = np.lexsort((change, ~(called & (change < 0))))[:MOST]
    return Causes(
        judged=len(tested),
        worse=int((called & (change < 0)).sum()),
        better=int((called & (change > 0)).sum()),
        changes=tuple(
            SubredditChange(
                subreddit=names[tested[i]],
                posts=int(sides[1].support[i]),
                f1_reference=float(sides[0].f1[i]),
                f1=float(sides[1].f1[i]),
                interval=(float(intervals[0, i]), float(intervals[1, i])),
                q_value=float(q_value[i]),
                p_at_1_reference=float(p_at_1[0][i]),
                p_at_1=float(p_at_1[1][i]),
            )
            for i in order.tolist()
            if change[i] < 0
        ),
        topics=groups,
    )


def _of(counts: LabelCounts, labels: Places) -> LabelCounts:
    return LabelCounts(counts.support[labels], counts.predicted[labels], counts.correct[labels])


def _intervals(before: LabelCounts, after: LabelCounts) -> Floats:
    """Of the changes of F1, shape (2, c)."""
    each = [
        effective.one(side.f1, jackknife.label_f1_influence(side), side.decisions)
        for side in (before, after)
    ]
    return independent_difference(before.f1, after.f1, *each)
