"""The posts behind the numbers: one subreddit of a paired comparison, post by post."""

import numpy as np
import pandas as pd

from core.comparison.align import Aligned, align
from core.comparison.compare import Pair
from core.errors import RefusedError
from core.evaluation.evaluate import predictions
from core.store import Store
from core.store.posts import posts_by_id

GONE = "(no longer stored)"


def changes_of_subreddit(
    store: Store, pair: Pair, subreddit: str, *, most: int = 200
) -> pd.DataFrame:
    """Posts of ``subreddit``, those that changed first, with both first predictions.

    Returns:
        ``change`` (broken, fixed, swapped or same), ``baseline``, ``baseline_p``, ``candidate``,
        ``candidate_p``, ``post_id``; ``most`` rows at most.

    Raises:
        RefusedError: the evaluations are of different posts.
    """
    posts = align(predictions(store, pair.baseline), predictions(store, pair.candidate))
    if posts is None:
        raise RefusedError("The two evaluations are of different posts", "Compare on one split.")
    frame = _side_by_side(posts, subreddit)
    rank = {"broken": 0, "fixed": 1, "swapped": 2, "same": 3}
    order = frame["change"].map(rank).argsort(kind="stable")
    return frame.iloc[order].head(most).reset_index(drop=True)


def with_titles(store: Store, frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ``title``: read anew, since a post may be erased at any time."""
    with store.read() as session:
        known = posts_by_id(session, frame["post_id"].tolist())
    titles = [known[i].title if i in known else GONE for i in frame["post_id"]]
    return frame.assign(title=titles)


def _side_by_side(posts: Aligned, subreddit: str) -> pd.DataFrame:
    found = posts.churn
    kinds = np.select(
        [found.broken, found.fixed, found.swapped], ["broken", "fixed", "swapped"], "same"
    )
    names = np.array([*posts.names, "–"], dtype=object)  # -1, no prediction, is the last
    mine = names[posts.truth] == subreddit
    return pd.DataFrame(
        {
            "change": kinds[mine],
            "baseline": names[posts.baseline[mine, 0]],
            "baseline_p": posts.baseline_p[mine],
            "candidate": names[posts.candidate[mine, 0]],
            "candidate_p": posts.candidate_p[mine],
            "post_id": posts.post_id[mine],
        }
    )
