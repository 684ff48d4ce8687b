"""The posts behind the numbers of a paired comparison: which changed, and each in full."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Floats, Int8s, Int32s, Places
from core.comparison.align import Aligned, align
from core.comparison.compare import Pair, attributes_of, require_unsealed, tables_of
from core.comparison.dimensions import Dimension, in_slice
from core.comparison.slices import dimensions_of
from core.errors import NotFoundError, RefusedError
from core.hints import Command, Hint
from core.snapshots import find
from core.snapshots.content import line_of
from core.snapshots.read import open_split
from core.store import Store
from core.store.posts import StoredPost, posts_by_id

GONE, SEALED = "(no longer stored)", "(sealed in the store)"
"""In the place of a title."""
KINDS = ("broken", "fixed", "swapped", "same")
"""What may become of a post, in the order in which posts are shown."""
CHANGE, SUBREDDIT, BASELINE, CANDIDATE = "change", "subreddit", "baseline", "candidate"
ORDERS = (CHANGE, SUBREDDIT, BASELINE, CANDIDATE)
"""By what posts can be ordered: what became of them, their subreddit, or a side's p@1."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Both models' predictions of the same posts, with what became of each and what describes it.

    ``kinds``: place in :data:`KINDS`, shape (n,).
    """

    posts: Aligned
    kinds: Int8s
    dimensions: list[Dimension]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of ``total`` posts, one row each.

    Columns: ``change``, ``post_id``, ``subreddit``; ``baseline``, ``candidate``: up to k names,
    the first prediction first; ``baseline_p``, ``candidate_p``: p@1.
    """

    total: int
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class PostInFull:
    """One post with both models' predictions; ``post`` is None once it is erased.

    ``line``: the normalised text that the models saw, empty then. ``baseline``, ``candidate``:
    names and probabilities, most probable first.
    """

    post: StoredPost | None
    line: str
    subreddit: str
    change: str
    baseline: list[tuple[str, float]]
    candidate: list[tuple[str, float]]


def lay_out(store: Store, pair: Pair, topics: dict[str, str]) -> Laid:
    """Everything that the posts can be chosen by.

    Args:
        topics: subreddit, lower-cased -> topic, as the comparison has them.

    Raises:
        RefusedError: the evaluations are of different posts, or of a sealed test split.
        CorruptArtifactError, NotFoundError: a prediction table is damaged or missing.
    """
    attributes = attributes_of(store, pair)
    posts = _aligned(store, pair)
    churn = posts.churn
    kinds = np.select([churn.broken, churn.fixed, churn.swapped], [0, 1, 2], 3).astype(np.int8)
    return Laid(posts, kinds, dimensions_of(posts, attributes, topics=topics))


def chosen(
    laid: Laid,
    *,
    kinds: Sequence[str] = KINDS,
    subreddit: str | None = None,
    slices: Sequence[tuple[str, str]] = (),
    order: str = CHANGE,
    down: bool = False,
) -> Places:
    """The posts of these ``kinds``, of one subreddit and in all of these ``slices``: their places
    in ``laid``, in order; shape (m,).

    Args:
        slices: dimension and value, see :mod:`core.comparison.dimensions`.
        order: one of :data:`ORDERS`; by what became of them: broken first, then fixed, swapped and
            the rest. Equal ones in the order of the posts.
        down: the largest first, or the last.

    Raises:
        NotFoundError: a slice that these posts do not have.
    """
    wanted = np.isin(laid.kinds, [KINDS.index(kind) for kind in kinds])
    if subreddit is not None:
        names = np.array(laid.posts.names, dtype=object)
        wanted &= (names == subreddit)[laid.posts.truth]
    for dimension, value in slices:
        wanted &= in_slice(laid.dimensions, dimension, value)
    places = np.flatnonzero(wanted)
    values = _values(laid, places, order)
    ordered: Places = places[np.argsort(-values if down else values, kind="stable")]
    return ordered


def page(laid: Laid, places: Places, *, start: int = 0, most: int = 25) -> Page:
    """The posts from ``start`` on of those that :func:`chosen` gave, at most ``most``."""
    return Page(total=len(places), rows=_rows(laid, places[start : start + most]))


def place_of(laid: Laid, places: Places, post_id: str) -> int | None:
    """Where a post stands among those that :func:`chosen` gave, from 0; None if it is not there."""
    found = np.flatnonzero(laid.posts.post_id[places] == post_id)
    return int(found[0]) if len(found) else None


def with_titles(store: Store, frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ``title``: read again, since a post may be erased at any time."""
    with store.read() as session:
        known = posts_by_id(session, frame["post_id"].tolist())
    titles = [title_of(known.get(i)) for i in frame["post_id"]]
    return frame.assign(title=titles)


def post_in_full(store: Store, pair: Pair, post_id: str) -> PostInFull:
    """One post of a paired comparison.

    Raises:
        NotFoundError: no such post in this comparison. Others as :func:`lay_out`.
    """
    require_unsealed(pair)
    tables = tables_of(store, pair)
    places = [np.flatnonzero(table.post_id == post_id) for table in tables]
    if not all(len(place) for place in places):
        raise NotFoundError(
            f"There is no post {post_id!r} in this comparison", "Choose one from the list."
        )
    said = []
    for table, place in zip(tables, places, strict=True):
        labels, p = table.top_labels[place[0]], table.top_probs[place[0]].astype(float)
        said.append(
            [(table.vocabulary[i], float(q)) for i, q in zip(labels, p, strict=True) if i >= 0]
        )
    with store.read() as session:
        stored = posts_by_id(session, [post_id]).get(post_id)
    truth = tables[0].vocabulary[tables[0].label[places[0][0]]]
    before, after = (side[0][0] if side else None for side in said)
    split = open_split(store, find(store, pair.baseline.snapshot), pair.baseline.split)
    return PostInFull(
        post=stored,
        line=line_of(split, post_id),
        subreddit=truth,
        change=_change(truth, before, after),
        baseline=said[0],
        candidate=said[1],
    )


def _values(laid: Laid, places: Places, order: str) -> Floats:
    """What the posts at ``places`` are ordered by; shape (n,)."""
    posts = laid.posts
    if order == CHANGE:
        return laid.kinds[places].astype(np.float64)
    if order == SUBREDDIT:
        rank = np.argsort(np.argsort([name.lower() for name in posts.names]))
        return rank[posts.truth[places]].astype(np.float64)
    side = posts.sides[(BASELINE, CANDIDATE).index(order)]
    return side.p_at_1[places].astype(np.float64)


def title_of(post: StoredPost | None) -> str:
    """What stands for a post in a table: its title, or why nobody reads it."""
    if post is None:
        return GONE
    return SEALED if post.sealed else post.title


def _change(truth: str, before: str | None, after: str | None) -> str:
    if before == after:
        return "same"
    return "fixed" if after == truth else "broken" if before == truth else "swapped"


def _aligned(store: Store, pair: Pair) -> Aligned:
    posts = align(*tables_of(store, pair))
    if posts is None:
        raise RefusedError(
            "The two evaluations are on different posts, so posts cannot be compared one by one",
            Hint(
                "Evaluate both models on the same split.",
                Command("evaluate", "EXECUTION", on="SNAPSHOT:valid"),
            ),
        )
    return posts


def _rows(laid: Laid, places: Places) -> pd.DataFrame:
    posts, kinds = laid.posts, np.array(KINDS, dtype=object)
    return pd.DataFrame(
        {
            "change": kinds[laid.kinds[places]],
            "post_id": posts.post_id[places],
            "subreddit": [posts.names[i] for i in posts.truth[places]],
            "baseline": [_named(posts, top) for top in posts.baseline[places]],
            "baseline_p": posts.sides[0].p_at_1[places],
            "candidate": [_named(posts, top) for top in posts.candidate[places]],
            "candidate_p": posts.sides[1].p_at_1[places],
        }
    )


def _named(posts: Aligned, top: Int32s) -> tuple[str, ...]:
    return tuple(posts.names[i] for i in top if i >= 0)
