"""How often two models say the same, by month and by subreddit. Pure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.arrays import Bools, Int32s, Int64s
from core.comparison.churn import churn
from core.drift.agreement_results import Group, Part
from core.evaluation.prediction_table import PredictionTable, reindex
from core.stats.paired import benjamini_hochberg
from core.stats.rank_overlap import rank_biased_overlap
from core.stats.shares import exact_share
from core.stats.stratified import against_all

MONTH, SUBREDDIT, TRAINED = "month", "subreddit", "trained"
POSTS, SAME, OVERLAP = "posts", "same", "overlap"
FIXED, BROKEN, BOTH_RIGHT, BOTH_WRONG = "fixed", "broken", "both_right", "both_wrong"
FEWEST = 50
"""Posts that a month or a subreddit must have to be judged."""
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
    return _parts(counts[list(COUNTED)].sum().to_frame().T)[0]


def groups(counts: pd.DataFrame, key: str) -> tuple[Group, ...]:
    """By ``month`` or by ``subreddit``, in the order of their names.

    Args:
        counts: of :func:`summed`.
    """
    if counts.empty:
        return ()
    trained = counts[TRAINED]
    whole = _sums(counts, key)
    untrained, known = (
        _sums(counts[posts], key).reindex(whole.index, fill_value=0)
        for posts in (~trained, trained)
    )
    found = against_all(
        *(np.stack([untrained[name], known[name]], axis=1).astype(int) for name in (SAME, POSTS))
    )
    judged = whole[POSTS].to_numpy() >= FEWEST
    q_values = benjamini_hochberg(np.where(judged, found.p_value, np.nan))
    columns = (whole.index, _parts(whole), _parts(untrained), found.expected, q_values)
    return tuple(
        Group(str(name), of_all, apart, float(expected), None if np.isnan(q) else float(q))
        for name, of_all, apart, expected, q in zip(*columns, strict=True)
        if of_all is not None
    )


def _sums(counts: pd.DataFrame, key: str) -> pd.DataFrame:
    return counts.groupby(key)[list(COUNTED)].sum()


def _parts(sums: pd.DataFrame) -> list[Part | None]:
    """One for each row, None where it has no posts."""
    intervals = exact_share(sums[SAME].to_numpy(), sums[POSTS].to_numpy())
    return [
        None
        if not row[POSTS]
        else Part(
            posts=int(row[POSTS]),
            same=float(row[SAME] / row[POSTS]),
            interval=(low, high),
            overlap=float(row[OVERLAP] / row[POSTS]),
            **{kind: int(row[kind]) for kind in (FIXED, BROKEN, BOTH_RIGHT, BOTH_WRONG)},
        )
        for row, low, high in zip(sums.to_dict("records"), *intervals.tolist(), strict=True)
    ]


def _numbered(table: PredictionTable, names: Sequence[str]) -> Int32s:
    """Where each label of the table stands among ``names``; -1 for none."""
    return reindex([name.lower() for name in table.vocabulary], names)
