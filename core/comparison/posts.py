"""The posts behind the numbers of a paired comparison: which changed, and each in full."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Bools, Floats, Int8s, Int32s, Places
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The posts of a comparison that meet every condition; by default all of them.

    ``kinds``: what became of them, of :data:`KINDS`. ``subreddit``: their own. ``taken_for``: the
    subreddit, another than their own, that at least one of the models predicts first. ``slices``:
    dimension and value, see :mod:`core.comparison.dimensions`.
    """

    kinds: tuple[str, ...] = KINDS
    subreddit: str | None = None
    taken_for: str | None = None
    slices: tuple[tuple[str, str], ...] = ()


ALL = Which()


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
    return Laid(posts, kinds_of(posts), dimensions_of(posts, attributes, topics=topics))


def kinds_of(posts: Aligned) -> Int8s:
    """What became of each post, as its place in :data:`KINDS`; shape (n,)."""
    churn = posts.churn
    return np.select([churn.broken, churn.fixed, churn.swapped], [0, 1, 2], 3).astype(np.int8)


def chosen(laid: Laid, which: Which = ALL, *, order: str = CHANGE, down: bool = False) -> Places:
    """The places of these posts in ``laid``, in order; shape (m,). None for a subreddit that is not
    in the comparison.

    Args:
        order: one of :data:`ORDERS`; by what became of them: broken first, then fixed, swapped and
            the rest. With ``taken_for``: the mistakes of the candidate alone first, then of the
            baseline alone, then of both. Equal ones in the order of the posts.
        down: the largest first, or the last.

    Raises:
        NotFoundError: a slice that these posts do not have.
    """
    wanted = np.isin(laid.kinds, [KINDS.index(kind) for kind in which.kinds])
    if which.subreddit is not None:
        wanted &= laid.posts.truth == _label(laid, which.subreddit)
    if which.taken_for is not None:
        wanted &= _taken(laid, which.taken_for).any(axis=0)
    for dimension, value in which.slices:
        wanted &= in_slice(laid.dimensions, dimension, value)
    places = np.flatnonzero(wanted)
    values = _values(laid, which, order)[places]
    ordered: Places = places[np.argsort(-values if down else values, kind="stable")]
    return ordered


def behind(laid: Laid, subreddit: str) -> tuple[Which, Which]:
    """The posts on which the F1 of a subreddit rests: its own, whose misses lower recall, and those
    of others that are taken for it, which lower precision.

    The kind that accounts for more of its change comes first: F1 computed with one side's misses
    and the other side's false predictions tells how far either moves it alone. Its own if neither
    does more.
    """
    label = _label(laid, subreddit)
    own = laid.posts.truth == label
    missed = [int((own & (side.first != label)).sum()) for side in laid.posts.sides]
    false = _taken(laid, subreddit).sum(axis=1).tolist()

    def f1(missed_: int, false_: int) -> float:
        hits = int(own.sum()) - missed_
        return 2 * hits / max(2 * hits + missed_ + false_, 1)

    before = f1(missed[0], false[0])
    way = np.sign(f1(missed[1], false[1]) - before)
    by_own, by_taken = f1(missed[1], false[0]) - before, f1(missed[0], false[1]) - before
    both = Which(subreddit=subreddit), Which(taken_for=subreddit)
    return both[::-1] if way * by_taken > way * by_own else both


def taken_by_one(laid: Laid, subreddit: str) -> tuple[int, int]:
    """How many posts of other subreddits the baseline alone, and the candidate alone, takes for
    this one.
    """
    baseline, candidate = _taken(laid, subreddit)
    return int((baseline & ~candidate).sum()), int((candidate & ~baseline).sum())


def page(laid: Laid, places: Places, *, start: int = 0, most: int = 25) -> Page:
    """At most ``most`` of the posts at ``places``, from ``start`` on."""
    return Page(total=len(places), rows=_rows(laid, places[start : start + most]))


def place_of(laid: Laid, places: Places, post_id: str) -> int | None:
    """Where a post stands among ``places``, from 0; None if it is not among them."""
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


def _label(laid: Laid, subreddit: str) -> int:
    """Its number; -2, which no post has, where it is not in the comparison."""
    names = laid.posts.names
    return names.index(subreddit) if subreddit in names else -2


def _taken(laid: Laid, subreddit: str) -> Bools:
    """Posts of other subreddits that either side predicts to be of this one; shape (2, n)."""
    label = _label(laid, subreddit)
    said = np.stack([side.first == label for side in laid.posts.sides])
    taken: Bools = said & (laid.posts.truth != label)
    return taken


def _values(laid: Laid, which: Which, order: str) -> Floats:
    """What posts are ordered by; shape (n,)."""
    posts = laid.posts
    if order == CHANGE:
        kinds = laid.kinds.astype(np.float64)
        if which.taken_for is None:
            return kinds
        baseline, candidate = _taken(laid, which.taken_for)
        return np.select([~baseline, ~candidate], [0.0, len(KINDS)], 2 * len(KINDS)) + kinds
    if order == SUBREDDIT:
        rank = np.argsort(np.argsort([name.lower() for name in posts.names]))
        return rank[posts.truth].astype(np.float64)
    side = posts.sides[(BASELINE, CANDIDATE).index(order)]
    return side.p_at_1.astype(np.float64)


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
