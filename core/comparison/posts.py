"""The posts behind the numbers: one subreddit of a paired comparison, post by post."""

import numpy as np
import pandas as pd

from core.comparison.churn import churn
from core.comparison.compare import Pair
from core.comparison.difference import paired_order
from core.errors import RefusedError
from core.evaluation.evaluate import predictions
from core.evaluation.predict import PredictionTable, reindex
from core.store import Store
from core.store.posts import posts_by_id


def posts_of_subreddit(
    store: Store, pair: Pair, subreddit: str, *, most: int = 200
) -> pd.DataFrame:
    """Posts of ``subreddit``, those that changed first, with both first predictions.

    Returns:
        ``change`` (broken, fixed, swapped or same), ``title``, ``baseline``, ``baseline_p``,
        ``candidate``, ``candidate_p``, ``url``, ``post_id``; ``most`` rows at most.

    Raises:
        RefusedError: the evaluations are of different posts.
    """
    before, after = predictions(store, pair.baseline), predictions(store, pair.candidate)
    order = paired_order(before, after)
    if order is None:
        raise RefusedError("The two evaluations are of different posts", "Compare on one split.")
    frame = _both(before, after, order, subreddit)
    rank = {"broken": 0, "fixed": 1, "swapped": 2, "same": 3}
    frame = frame.sort_values("change", key=lambda c: c.map(rank), kind="stable").head(most)
    with store.read() as session:
        known = posts_by_id(session, frame["post_id"].tolist())
    gone = "(no longer stored)"
    frame["title"] = [known[i].title if i in known else gone for i in frame["post_id"]]
    frame["url"] = [known[i].url if i in known else "" for i in frame["post_id"]]
    return frame.reset_index(drop=True)


def _both(
    before: PredictionTable, after: PredictionTable, order: np.ndarray, subreddit: str
) -> pd.DataFrame:
    names = np.array([*sorted({*before.vocabulary, *after.vocabulary}), "–"], dtype=object)
    from_before, from_after = (
        reindex(table.vocabulary, names[:-1].tolist()) for table in (before, after)
    )
    truth = from_before[before.label]
    first = from_before[before.first]
    second = from_after[after.first[order]]
    found = churn(truth, first, second)
    kinds = np.select(
        [found.broken, found.fixed, found.swapped], ["broken", "fixed", "swapped"], "same"
    )
    mine = names[truth] == subreddit
    return pd.DataFrame(
        {
            "change": kinds[mine],
            "baseline": names[first[mine]],
            "baseline_p": before.p_at_1[mine],
            "candidate": names[second[mine]],
            "candidate_p": after.p_at_1[order][mine],
            "post_id": before.post_id[mine],
        }
    )
