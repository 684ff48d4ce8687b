"""In which topic groups accuracy changed between the reference and a window. Pure."""

from collections.abc import Mapping

import numpy as np

from core.arrays import Bools, Ints, Places
from core.comparison.significance import Q_LIMIT
from core.comparison.topics import OTHER, group_by_confusion
from core.drift.reading import Posts
from core.drift.results import TopicChange
from core.stats.paired import benjamini_hochberg
from core.stats.shares import exact_share, independent_difference
from core.stats.unpaired import fisher_exact


def topic_changes(
    reference: Posts,
    window: Posts,
    *,
    names: tuple[str, ...],
    known: Bools,
    topics: Mapping[str, str] | None = None,
) -> tuple[TopicChange, ...]:
    """Every topic group with posts on both sides: significant losses first, the largest on top.

    Subreddits that the model cannot name are in no group.

    Args:
        reference, window: 1 post or more each.
        names, known: of every label, see :class:`core.drift.reading.Stored`.
        topics: subreddit, lower-cased -> its group; None: what the model takes for each other in
            the reference.
    """
    group_of = topics if topics is not None else confused(reference, names)
    groups = sorted({OTHER, *group_of.values()})
    place = {group: i for i, group in enumerate(groups)}
    labels = np.array([place[group_of.get(name.lower(), OTHER)] for name in names], dtype=np.intp)
    sides = [_counts(each, labels, known, len(groups)) for each in (reference, window)]
    both = np.flatnonzero((sides[0][1] > 0) & (sides[1][1] > 0))
    if not len(both):
        return ()
    right, posts = (np.stack([side[kind][both] for side in sides]) for kind in (0, 1))
    q_value = benjamini_hochberg(fisher_exact(right, posts))
    before, after = right / posts
    bounds = np.clip(independent_difference(before, after, *map(exact_share, right, posts)), -1, 1)
    order = np.lexsort((after - before, ~((q_value < Q_LIMIT) & (after < before))))
    return tuple(
        TopicChange(
            topic=groups[both[i]],
            posts=int(posts[1, i]),
            accuracy_reference=float(before[i]),
            accuracy=float(after[i]),
            interval=(float(bounds[0, i]), float(bounds[1, i])),
            q_value=float(q_value[i]),
        )
        for i in order.tolist()
    )


def confused(reference: Posts, names: tuple[str, ...]) -> dict[str, str]:
    """Subreddit, lower-cased -> the group of subreddits that the model takes for each other."""
    groups = group_by_confusion(reference.said.truth, reference.said.first, names)
    return {name.lower(): group for group, members in groups.items() for name in members}


def _counts(posts: Posts, labels: Places, known: Bools, groups: int) -> tuple[Ints, Ints]:
    """Of each group, its posts whose first prediction is right, and all of them."""
    inside = known[posts.said.truth]
    group = labels[posts.said.truth[inside]]
    right = posts.said.right[inside]
    return np.bincount(group[right], minlength=groups), np.bincount(group, minlength=groups)
