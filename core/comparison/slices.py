"""Where among the posts two models differ: slice by slice, and the worst slices found. Pure.

What is tested is whether these two models do equally well on a slice, by the posts that only one
of them gets right; what retraining alone would do is another question.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Ints, Places
from core.comparison.align import Aligned
from core.comparison.dimensions import Dimension, dimensions
from core.comparison.results import SAME, WORSE
from core.comparison.significance import Q_LIMIT
from core.stats.paired import benjamini_hochberg, mcnemar_exact

FEWEST_POSTS = 50
MOST_SHARE = 0.9
"""A slice of a larger share of the posts does not say where among them a model loses."""
LIMIT = 10
OWN_SHARE = 0.5
"""A slice that is not called worse is listed only if at least so much of its loss is its own: not
what the slices listed before it lead one to expect of the posts that they share."""
PAIR_HANDICAP = 0.5
"""A pair of values must lose more clearly than a single value by that many standard deviations to
be listed before it: cutting a slice further always finds a corner that is worse by chance."""

# What became of a post, in one small number. The names of the last three are columns.
_RIGHT, _WRONG, _FIXED, _BROKEN, _SWAPPED = range(5)
_OUTCOMES = 5

_LEADS = {
    "kind of post": "",
    "title length": "title",
    "age of subreddit": "subreddit age",
    "hour (UTC)": "hour",
    "audience": "",
}
"""What stands before a value in the words for a slice, where it is not the dimension's name."""


def slice_table(
    posts: Aligned, attributes: pd.DataFrame | None, *, topics: Mapping[str, str]
) -> pd.DataFrame:
    """Every slice (``section`` "slice") and the worst found (``section`` "worst") in one frame.

    Columns of :func:`by_slice` and :func:`worst`; what only one of them has is empty in the other.
    Without ``attributes`` posts are sliced by topic alone.
    """
    dimensions = dimensions_of(posts, attributes, topics=topics)
    sections = {"slice": by_slice(posts, dimensions), "worst": worst(posts, dimensions)}
    return pd.concat(
        [frame.assign(section=name) for name, frame in sections.items()], ignore_index=True
    )


def dimensions_of(
    posts: Aligned, attributes: pd.DataFrame | None, *, topics: Mapping[str, str]
) -> list[Dimension]:
    """The dimensions of these posts, whatever the order of ``attributes``."""
    if attributes is None:
        attributes = pd.DataFrame({"post_id": posts.post_id})
    elif not np.array_equal(attributes["post_id"].to_numpy(), posts.post_id):
        attributes = attributes.set_index("post_id").reindex(posts.post_id).reset_index()
    names = np.array(posts.names, dtype=object)[posts.truth]
    return dimensions(attributes, topics=topics, truth_names=names.tolist())


def by_slice(posts: Aligned, dimensions: Sequence[Dimension]) -> pd.DataFrame:
    """One row for each value of each dimension that any post has.

    Columns: ``dimension``, ``value``, ``posts``, ``accuracy_baseline``, ``accuracy_candidate``,
    ``difference``; posts ``changed``, ``fixed``, ``broken``, ``swapped``; ``p_value`` (exact
    McNemar, fixed against broken) and ``q_value`` (Benjamini-Hochberg over all rows).
    """
    outcome = _outcomes(posts)
    counts = [_count((dimension,), outcome)[1:] for dimension in dimensions]
    frame = _figures(np.concatenate([np.empty((0, _OUTCOMES), dtype=np.intp), *counts]))
    frame.insert(0, "dimension", [one.name for one in dimensions for _ in one.values])
    frame.insert(1, "value", [value for one in dimensions for value in one.values])
    frame = frame[frame["posts"] > 0].reset_index(drop=True)
    return frame.assign(q_value=benjamini_hochberg(frame["p_value"].to_numpy()))


def worst(
    posts: Aligned,
    dimensions: Sequence[Dimension],
    *,
    fewest_posts: int = FEWEST_POSTS,
    limit: int = LIMIT,
) -> pd.DataFrame:
    """Where the candidate loses most accuracy against the baseline, searched for.

    Every value and every pair of values of two dimensions is tried that holds at least
    ``fewest_posts`` posts, and not nearly all. They are listed one after the other, each time the
    slice whose loss is clearest beyond what those listed before it explain, so that neither the
    same posts under another name, nor a part of a listed slice that is not worse than the whole,
    nor a larger slice that loses only there is listed again.

    Returns:
        At most ``limit`` rows, those called worse first, then by loss; none if no slice loses.
        Columns: ``slice`` (in words), ``dimension``, ``value`` and, for a pair, ``dimension_2``,
        ``value_2``; ``posts``, ``accuracy_baseline``, ``accuracy_candidate``,
        ``difference``, ``fixed``, ``broken``, ``p_value``, ``q_value`` (over everything tried)
        and ``verdict``.
    """
    outcome = _outcomes(posts)
    parts = [*itertools.combinations(dimensions, 1), *itertools.combinations(dimensions, 2)]
    tried = _Tried.of(parts)
    counts = [_count(part, outcome) for part in parts]
    frame = _figures(np.concatenate([np.empty((0, _OUTCOMES), dtype=np.intp), *counts]))
    held = frame["posts"].to_numpy()
    enough = tried.known & (held >= max(1, fewest_posts)) & (held <= MOST_SHARE * len(outcome))
    frame["q_value"] = benjamini_hochberg(np.where(enough, frame["p_value"], np.nan))
    chosen = _listed(tried, outcome, enough, limit=limit)
    frame = frame.iloc[chosen].drop(columns=["changed", "swapped"])
    frame["verdict"] = np.where(frame["q_value"] < Q_LIMIT, WORSE, SAME)
    values = [tried.values_of(cell) for cell in chosen]
    frame.insert(0, "slice", [in_words(each) for each in values])
    for place, suffix in enumerate(("", "_2")):
        each = [pairs[place] if place < len(pairs) else (None, None) for pairs in values]
        frame[f"dimension{suffix}"] = pd.Series([one for one, _ in each], frame.index, dtype=object)
        frame[f"value{suffix}"] = pd.Series([one for _, one in each], frame.index, dtype=object)
    order = np.lexsort((frame["difference"], frame["verdict"] != WORSE))
    return frame.iloc[order].reset_index(drop=True)


def in_words(values: Sequence[tuple[str, str]]) -> str:
    """Such as "link post and title up to 32 characters", of dimensions and values."""
    return " and ".join(f"{_LEADS.get(name, name)} {value}".strip() for name, value in values)


def _outcomes(posts: Aligned) -> Places:
    changes = posts.churn
    right = posts.candidate[:, 0] == posts.truth
    kinds = [changes.fixed, changes.broken, changes.swapped, right]
    outcome: Places = np.select(kinds, [_FIXED, _BROKEN, _SWAPPED, _RIGHT], _WRONG)
    return outcome


def _cells(part: Sequence[Dimension]) -> Places:
    """Each post's cell in the grid of the part's dimensions; place 0 of each is for unknown."""
    cells = np.zeros(len(part[0].codes), dtype=np.intp)
    for dimension in part:
        cells *= len(dimension.values) + 1
        cells += dimension.codes
        cells += 1
    return cells


def _count(part: Sequence[Dimension], outcome: Places) -> Places:
    """Posts of each cell by what became of them, shape (cells, outcomes)."""
    size = _size(part) * _OUTCOMES
    flat = np.bincount(_cells(part) * _OUTCOMES + outcome, minlength=size)
    return flat.reshape(-1, _OUTCOMES)


def _size(part: Sequence[Dimension]) -> int:
    return int(np.prod([len(dimension.values) + 1 for dimension in part]))


def _figures(counts: Places) -> pd.DataFrame:
    """Columns of :func:`by_slice` without names and q-values; accuracies NaN where no post is."""
    right, _, fixed, broken, swapped = counts.T
    posts = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        before, after = (right + broken) / posts, (right + fixed) / posts
    return pd.DataFrame(
        {
            "posts": posts,
            "accuracy_baseline": before,
            "accuracy_candidate": after,
            "difference": after - before,
            "changed": fixed + broken + swapped,
            "fixed": fixed,
            "broken": broken,
            "swapped": swapped,
            "p_value": mcnemar_exact(broken, fixed),
        }
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """All cells of all parts, numbered through; part i's begin at ``starts[i]``.

    ``known`` (cells,): the cell stands for known values only. ``single`` (cells,): for one value.
    """

    parts: Sequence[Sequence[Dimension]]
    starts: Places
    known: Bools
    single: Bools

    @classmethod
    def of(cls, parts: Sequence[Sequence[Dimension]]) -> "_Tried":
        sizes = [_size(part) for part in parts]
        known = []
        for part in parts:
            grid = np.zeros([len(dimension.values) + 1 for dimension in part], dtype=bool)
            grid[(slice(1, None),) * len(part)] = True
            known.append(grid.ravel())
        return cls(
            parts=parts,
            starts=np.cumsum([0, *sizes[:-1]])[: len(parts)],
            known=np.concatenate([np.empty(0, dtype=bool), *known]),
            single=np.repeat([len(part) == 1 for part in parts], sizes),
        )

    def part_of(self, cell: int) -> int:
        return int(np.searchsorted(self.starts, cell, side="right")) - 1

    def values_of(self, cell: int) -> list[tuple[str, str]]:
        """Dimension and value, one or two."""
        part = self.parts[self.part_of(cell)]
        shape = [len(dimension.values) + 1 for dimension in part]
        places = np.unravel_index(cell - self.starts[self.part_of(cell)], shape)
        return [(one.name, one.values[i - 1]) for one, i in zip(part, places, strict=True)]


def _listed(tried: _Tried, outcome: Places, enough: Bools, *, limit: int) -> list[int]:
    """The cells to list, clearest loss first.

    Only posts that one model alone gets right count: +1 for fixed, -1 for broken, as in McNemar's
    test. Of posts in the same listed slices their mean is expected, of all others nothing, and the
    next slices are judged by what is left: their own loss. A slice that was called worse at first
    must still be called by its own loss; any other must own :data:`OWN_SHARE` of its loss.
    """
    decided = np.flatnonzero((outcome == _FIXED) | (outcome == _BROKEN))
    if not len(decided) or not tried.parts:
        return []
    change = np.where(outcome[decided] == _FIXED, 1, -1)
    cells = np.stack([_cells(part)[decided] for part in tried.parts]) + tried.starts[:, None]

    def total(of_posts: Ints | Floats) -> Floats:
        weights = np.broadcast_to(of_posts, cells.shape).ravel()
        sums = np.bincount(cells.ravel(), weights, minlength=len(enough))
        return np.asarray(sums, dtype=np.float64)

    size, net = total(np.ones_like(change)), total(change)
    called = _called(net, size, enough)
    handicap = np.where(tried.single, 0.0, PAIR_HANDICAP)
    within = np.zeros(len(change), dtype=np.intp)  # a number for each set of listed slices, 0: none
    expected, chosen = np.zeros(len(change)), list[int]()
    while len(chosen) < limit:
        own = total(change - expected)
        still = np.where(called, _called(own, size, enough), own <= OWN_SHARE * net)
        may = enough & (net < 0) & (own < 0) & still
        may[chosen] = False
        if not may.any():
            break
        clear = np.full(len(own), np.inf)
        clear[may] = own[may] / np.sqrt(size[may]) + handicap[may]
        best = int(np.argmin(clear))
        inside = cells[tried.part_of(best)] == best
        within = np.unique(np.append(0, 2 * within + inside), return_inverse=True)[1][1:]
        means = np.bincount(within, change) / np.maximum(np.bincount(within), 1)
        expected = np.where(within > 0, means[within], 0.0)
        chosen.append(best)
    return chosen


def _called(net: Floats, size: Floats, enough: Bools) -> Bools:
    """Cells whose ``net`` change on ``size`` posts is called, McNemar and Benjamini-Hochberg."""
    fixed = np.floor((size + net) / 2).clip(0).astype(np.intp)
    p_value = mcnemar_exact(size.astype(np.intp) - fixed, fixed)
    below: Bools = benjamini_hochberg(np.where(enough, p_value, np.nan)) < Q_LIMIT
    return below
