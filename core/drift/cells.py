"""What a model did on its own validation posts and on each later window. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from core.arrays import Ints
from core.drift.backtest_results import FIGURES, Cell, OfTopic
from core.drift.figures import REALISED, Reference, expected_of
from core.drift.reading import Posts, Stored
from core.drift.results import Measured
from core.drift.windows import Edges, places
from core.stats import scores
from core.stats.estimates import measured

Topics = Mapping[str, str]
"""Subreddit, lower-cased -> its topic group."""
_FORMULAS = MappingProxyType({**REALISED, "p_at_1_mean": scores.p_at_1_mean})


def validation_of(stored: Stored, reference: Reference | None, topics: Topics) -> Cell | None:
    """The cell of age 0; None if no post of the validation is left."""
    posts = stored.reference
    if posts is None or reference is None:
        return None
    begins, ends = int(posts.created[0]), int(posts.created[-1]) + 1
    return _cell(posts, reference, stored.names, topics, age=0, begins=begins, ends=ends)


def later_cells(
    stored: Stored, reference: Reference | None, windows: Edges, topics: Topics
) -> Iterator[Cell]:
    """The cells of ages 1, 2, …, without those of windows that have no posts.

    Args:
        reference: of the model's validation; None if no post of it is left.
        windows: from the cut-off of the model on.
    """
    if stored.posts is None:
        return
    starts, ends = places(stored.posts.created, windows)
    for age, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True), start=1):
        if end > start:
            yield _cell(
                stored.posts.part(start, end),
                reference,
                stored.names,
                topics,
                age=age,
                begins=int(windows.begins[age - 1]),
                ends=int(windows.ends[age - 1]),
            )


def figures_of(posts: Posts, names: tuple[str, ...]) -> dict[str, Measured]:
    """The figures of posts, of which there is 1 or more."""
    found = measured(posts.said, _FORMULAS, labels=len(names))
    return {name: Measured(*found[name]) for name in FIGURES if name in found}


def _cell(
    posts: Posts,
    reference: Reference | None,
    names: tuple[str, ...],
    topics: Topics,
    *,
    age: int,
    begins: int,
    ends: int,
) -> Cell:
    recalibration = None if reference is None else reference.recalibration
    return Cell(
        age=age,
        begins=begins,
        ends=ends,
        posts=len(posts),
        figures=figures_of(posts, names),
        expected=expected_of(posts.said, recalibration, labels=len(names)),
        topics=_by_topic(posts, names, topics),
    )


def _by_topic(posts: Posts, names: tuple[str, ...], topics: Topics) -> dict[str, OfTopic]:
    groups = sorted(set(topics.values()))
    if not groups:
        return {}
    place = {group: number for number, group in enumerate(groups)}
    none = len(groups)
    group: Ints = np.array([place.get(topics.get(name.lower(), ""), none) for name in names])
    of_posts = group[posts.said.truth]
    size = np.bincount(of_posts, minlength=none + 1)
    right = np.bincount(of_posts[posts.said.right], minlength=none + 1)
    return {
        name: OfTopic(int(size[number]), float(right[number] / size[number]))
        for name, number in place.items()
        if size[number]
    }
