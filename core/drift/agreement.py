"""How often two models say the same, by month and by subreddit. Pure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Int32s, Int64s
from core.comparison.churn import churn
from core.drift.agreement_results import Group, Part
from core.drift.alarms import FEWEST
from core.evaluation.prediction_table import PredictionTable, reindex
from core.stats.paired import benjamini_hochberg
from core.stats.rank_overlap import rank_biased_overlap
from core.stats.shares import exact_share
from core.stats.stratified import against_all

MONTH, SUBREDDIT, TRAINED = "month", "subreddit", "trained"
POSTS, SAME, OVERLAP = "posts", "same", "overlap"
FIXED, BROKEN, BOTH_RIGHT, BOTH_WRONG = "fixed", "broken", "both_right", "both_wrong"
COUNTED = (POSTS, SAME, OVERLAP, FIXED, BROKEN, BOTH_RIGHT, BOTH_WRONG)


def counted(
    baseline: PredictionTable, candidate: PredictionTable, created: Int64s, trained: Bools
) -> pd.DataFrame:
    """Of n posts, how many there are of each kind.

    Args:
        baseline, candidate: of the same posts, in the same order. Subreddits may be spelled in
            another case: Reddit changes it at times.
        created: epoch seconds, shape (n,).
        trained: whether a model was trained on the post, shape (n,).

    Returns:
        A row for each ``month``, ``subreddit`` and ``trained`` that has posts, with the columns
        :data:`COUNTED`: numbers of posts, but for ``overlap``, which is a sum.
    """
    names = sorted({name.lower() for each in (baseline, candidate) for name in each.vocabulary})
    truth = _numbered(baseline, names)[baseline.label]
    before, after = (_numbered(each, names)[each.top_labels] for each in (baseline, candidate))
    ours, theirs = before[:, 0], after[:, 0]
    changed = churn(truth, ours, theirs)
    right = (ours == truth) & (theirs == truth)
    columns = {
        POSTS: np.ones(len(truth), dtype=np.int64),
        SAME: (ours == theirs) & (ours >= 0),
        OVERLAP: rank_biased_overlap(before, after),
        FIXED: changed.fixed,
        BROKEN: changed.broken,
        BOTH_RIGHT: right,
        BOTH_WRONG: ~(right | changed.fixed | changed.broken),
    }
    keys = {
        MONTH: created.astype("datetime64[s]").astype("datetime64[M]").astype(str),
        SUBREDDIT: np.array(baseline.vocabulary, dtype=object)[baseline.label],
        TRAINED: trained,
    }
    return summed([pd.DataFrame({**keys, **columns})])


def summed(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The counts of all parts together; of no part, no row."""
    if not parts:
        return pd.DataFrame(columns=[MONTH, SUBREDDIT, TRAINED, *COUNTED]).astype({TRAINED: bool})
    return pd.concat(parts).groupby([MONTH, SUBREDDIT, TRAINED], as_index=False).sum()


def part(counts: pd.DataFrame) -> Part | None:
    """The posts of all rows together; None without any."""
    total = counts[list(COUNTED)].sum()
    posts, same = int(total[POSTS]), int(total[SAME])
    if not posts:
        return None
    low, high = exact_share(np.asarray(same), np.asarray(posts)).tolist()
    return Part(
        posts=posts,
        same=same / posts,
        interval=(low, high),
        overlap=float(total[OVERLAP]) / posts,
        fixed=int(total[FIXED]),
        broken=int(total[BROKEN]),
        both_right=int(total[BOTH_RIGHT]),
        both_wrong=int(total[BOTH_WRONG]),
    )


def groups(counts: pd.DataFrame, key: str) -> tuple[Group, ...]:
    """By ``month`` or by ``subreddit``, in the order of their names.

    Args:
        counts: of :func:`summed`.
    """
    if counts.empty:
        return ()
    tables = counts.pivot_table(
        index=key, columns=TRAINED, values=[POSTS, SAME], aggfunc="sum", fill_value=0
    )
    posts = tables[POSTS].to_numpy(dtype=np.int64)
    found = against_all(tables[SAME].to_numpy(dtype=np.int64), posts)
    q_values = benjamini_hochberg(np.where(posts.sum(axis=1) >= FEWEST, found.p_value, np.nan))
    return tuple(_groups(counts, key, found.expected, q_values))


def _groups(counts: pd.DataFrame, key: str, expected: Floats, q_values: Floats) -> Sequence[Group]:
    made = []
    by_name = counts.groupby(key)
    for (name, rows), share, q in zip(by_name, expected.tolist(), q_values.tolist(), strict=True):
        whole = part(rows)
        if whole is not None:
            untrained = part(rows[~rows[TRAINED]])
            made.append(Group(str(name), whole, untrained, share, None if np.isnan(q) else q))
    return made


def _numbered(table: PredictionTable, names: Sequence[str]) -> Int32s:
    """Where each label of the table stands among ``names``; -1 for none."""
    return reindex([name.lower() for name in table.vocabulary], names)
