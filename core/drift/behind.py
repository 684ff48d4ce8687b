"""The posts behind what a subreddit lost in a window: missed ones, and others taken for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Places
from core.comparison.posts import title_of
from core.drift.pending import may_be_sealed
from core.drift.reading import table_of
from core.drift.tables import DriftTable, joined
from core.drift.windows import Edges, Window, end_of, months_of
from core.snapshots.read import listing
from core.store import Store
from core.store import drift as drift_table
from core.store.models import Model
from core.store.posts import StoredPost, posts_by_id

MISSED, TAKEN, RIGHT = KINDS = ("missed", "mistaken for it", "right")
"""A post of the subreddit whose first prediction is another one; a post of another one whose first
prediction it is; a post of it that was recognised. In the order in which posts are shown.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBehind:
    """One post. ``title``: or why nobody reads it; ``post``: None once it is erased.

    ``kind``: one of :data:`KINDS`. ``said``: names and probabilities, most probable first; empty
    where the model knows none of its words.
    """

    id: str
    kind: str
    subreddit: str
    created_utc: int
    title: str
    post: StoredPost | None
    said: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsBehind:
    """The posts behind one subreddit in one window.

    ``counts``: kind -> posts. ``hidden``: besides these, posts that a sealed test may hold by now:
    they are counted in the window's figures, and not shown. ``shown``: the first of them, wrong
    ones first, of each kind those of which the model was surest.
    """

    counts: Mapping[str, int]
    hidden: int
    shown: tuple[PostBehind, ...]


def posts_behind(
    store: Store, model: Model, *, begins: int, window: Window, subreddit: str, most: int = 200
) -> PostsBehind:
    """The posts of the window that begins then which are of ``subreddit``, or were taken for it.

    Titles are read anew, since a post may be erased at any time.

    Args:
        begins: in epoch seconds.
        subreddit: as the model spells it.
        most: so many are shown.
    """
    table = _of_window(store, model, begins, window)
    if table is None or subreddit not in table.said.vocabulary:
        return PostsBehind(counts=dict.fromkeys(KINDS, 0), hidden=0, shown=())
    label = table.said.vocabulary.index(subreddit)
    own, first = table.said.label == label, table.said.top_labels[:, 0] == label
    table, hidden = _open(store, table.taken(own | first))
    own, first = table.said.label == label, table.said.top_labels[:, 0] == label
    kinds = np.select([own & ~first, first & ~own], [0, 1], 2)
    order: Places = np.lexsort((-table.said.p_at_1, kinds))[:most]
    return PostsBehind(
        counts={kind: int((kinds == place).sum()) for place, kind in enumerate(KINDS)},
        hidden=hidden,
        shown=tuple(_shown(store, table.taken(order), [KINDS[kinds[i]] for i in order])),
    )


def _of_window(store: Store, model: Model, begins: int, window: Window) -> DriftTable | None:
    """What was predicted of its posts; None where there are none."""
    first = np.array([begins], dtype=np.int64)
    every = Edges(first, end_of(first, window))
    ((start, last),) = months_of(every)
    with store.read() as session:
        files = drift_table.files_of(session, model.digest)
    tables = [table_of(store, files[part]) for part in sorted({start, last} & files.keys())]
    if not tables:
        return None
    table = joined(tables).labelled
    return table.taken((table.created >= begins) & (table.created < every.ends[0]))


def _open(store: Store, table: DriftTable) -> tuple[DriftTable, int]:
    """The posts that no sealed test can hold by now, and how many others there are."""
    ids = table.said.post_id.astype(object)
    with store.read() as session:
        wrote = drift_table.written_by(session, ids.tolist())
    execution = np.array([wrote.get(post, 0) for post in ids], dtype=np.int64)
    sealed = may_be_sealed(store, listing(store), ids, table.created, execution)
    return table.taken(~sealed), int(sealed.sum())


def _shown(store: Store, table: DriftTable, kinds: Sequence[str]) -> list[PostBehind]:
    said, ids = table.said, [str(post) for post in table.said.post_id]
    with store.read() as session:
        known = posts_by_id(session, ids)
    return [
        PostBehind(
            id=post,
            kind=kind,
            subreddit=said.vocabulary[said.label[place]],
            created_utc=int(table.created[place]),
            title=title_of(known.get(post)),
            post=known.get(post),
            said=tuple(
                (said.vocabulary[label], float(p))
                for label, p in zip(said.top_labels[place], said.top_probs[place], strict=True)
                if label >= 0
            ),
        )
        for place, (post, kind) in enumerate(zip(ids, kinds, strict=True))
    ]
