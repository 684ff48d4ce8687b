"""Groups of posts and where a model does worst, with intervals. Pure."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.comparison.dimensions import TOPIC
from core.comparison.slices import FEWEST_POSTS, MOST_SHARE, in_words
from core.comparison.topics import OTHER
from core.reporting.results import Group, Share, SubredditF1
from core.stats import effective, jackknife
from core.stats.classification import LabelCounts
from core.stats.shares import share_interval

FEWEST = 10
"""Posts of a subreddit: with fewer its F1 says next to nothing."""


def counts_of(subreddits: pd.DataFrame) -> LabelCounts:
    """The counts that the rows of :func:`core.evaluation.aggregate.aggregate` were made of."""
    support = subreddits["support"].to_numpy()
    correct = np.rint(subreddits["recall"].to_numpy() * support).astype(np.int64)
    return LabelCounts(support, subreddits["predicted"].to_numpy(), correct)


def groups(subreddits: pd.DataFrame, topic_of: Mapping[str, str]) -> tuple[Group, ...]:
    """The accuracy on the posts of each topic group, the lowest first; no group without posts.

    Args:
        subreddits: rows of :func:`core.evaluation.aggregate.aggregate`.
        topic_of: subreddit, lower-cased -> its topic.
    """
    counts = counts_of(subreddits)
    held = counts.support > 0
    frame = pd.DataFrame(
        {
            "topic": [topic_of.get(name.lower(), OTHER) for name in subreddits["subreddit"][held]],
            "posts": counts.support[held],
            "right": counts.correct[held],
        }
    )
    by_topic = frame.groupby("topic")
    summed = by_topic.sum().assign(subreddits=by_topic.size())
    found = [
        Group(
            name=str(topic),
            subreddits=int(size),
            posts=int(posts),
            accuracy=float(right / posts),
            interval=share_interval(int(right), int(posts)),
        )
        for topic, posts, right, size in summed.itertuples()
    ]
    return tuple(sorted(found, key=lambda group: (group.accuracy, group.name)))


def worst_subreddits(subreddits: pd.DataFrame, *, most: int) -> tuple[tuple[SubredditF1, ...], int]:
    """The lowest F1, lowest first, of the known subreddits with :data:`FEWEST` posts or more, and
    how many those are.

    Args:
        subreddits: as for :func:`groups`.
    """
    counts = counts_of(subreddits)
    bounds = effective.one(counts.f1, jackknife.label_f1_influence(counts), counts.decisions)
    judged = np.flatnonzero(subreddits["known"].to_numpy() & (counts.support >= FEWEST))
    names = subreddits["subreddit"].to_numpy()
    lowest = sorted(judged, key=lambda place: (counts.f1[place], names[place]))[:most]
    return tuple(
        SubredditF1(
            subreddit=str(names[place]),
            posts=int(counts.support[place]),
            f1=float(counts.f1[place]),
            interval=(float(bounds[0, place]), float(bounds[1, place])),
        )
        for place in lowest
    ), len(judged)


def worst_slices(slices: pd.DataFrame, *, most: int) -> tuple[tuple[Share, ...], int]:
    """The lowest accuracy, lowest first, of the slices with
    :data:`core.comparison.slices.FEWEST_POSTS` posts or more and not nearly all, and how many those
    are. Topic groups are not among them.

    Args:
        slices: rows of :func:`core.comparison.slices.by_slice`; the candidate's side counts.
    """
    total = slices.groupby("dimension")["posts"].transform("sum")
    enough = (slices["posts"] >= FEWEST_POSTS) & (slices["posts"] <= MOST_SHARE * total)
    judged = slices[enough & (slices["dimension"] != TOPIC)]
    columns = ["dimension", "value", "posts", "accuracy_candidate"]
    lowest = judged.sort_values(["accuracy_candidate", "dimension", "value"]).head(most)[columns]
    return tuple(
        Share(
            name=in_words([(name, value)]),
            posts=int(posts),
            accuracy=float(accuracy),
            interval=share_interval(round(accuracy * posts), int(posts)),
        )
        for name, value, posts, accuracy in lowest.itertuples(index=False)
    ), len(judged)
