"""What is stored of a model's predictions of new posts, as arrays.

``read`` gives the reference, which is the model's own validation split, and the posts since; a
window is the slice of the posts that :func:`core.drift.windows.places` names.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.arrays import Bools, Int32s, Int64s
from core.drift.tables import DriftTable, from_parquet, joined
from core.evaluation.prediction_table import reindex
from core.stats.predictions import NONE, Predictions
from core.store import Store
from core.store import drift as drift_table
from core.store.drift import REFERENCE, DriftFile
from core.store.models import Model


@dataclass(frozen=True, slots=True)
class Posts:
    """n posts in the order of time, and what the model said of them.

    ``said``: labels are numbered as ``names`` of :class:`Stored` are. ``created`` (int64, (n,)):
    epoch seconds. ``words``, ``unknown`` (int32, (n,)): words of each post, and those that stand in
    no training post.
    """

    said: Predictions
    created: Int64s
    words: Int32s
    unknown: Int32s

    def __len__(self) -> int:
        return len(self.created)

    @property
    def labelled(self) -> "Posts":
        """The posts that have a label; the others may be in a sealed test split."""
        has = self.said.truth != NONE
        return self if has.all() else self._taken(has)

    def part(self, start: int, end: int) -> "Posts":
        """The posts from one position to before another."""
        return self._taken(slice(start, end))

    def _taken(self, where: "slice[int, int, None] | Bools") -> "Posts":
        said = self.said
        calibrated = None if said.calibrated is None else said.calibrated[where]
        return Posts(
            Predictions(said.truth[where], said.top[where], said.probs[where], calibrated),
            self.created[where],
            self.words[where],
            self.unknown[where],
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored of a model. ``reference`` or ``posts`` is None where there is none.

    ``names``: every label of posts and model, shape (c,); ``known``: which of them the model can
    name, shape (c,).
    """

    reference: Posts | None
    posts: Posts | None
    names: tuple[str, ...]
    known: Bools


NOTHING = Stored(None, None, (), np.zeros(0, dtype=np.bool_))


def read(store: Store, model: Model, *, months: Collection[str] | None = None) -> Stored:
    """The verified predictions of a model. Nothing is predicted.

    Args:
        months: only posts of these, such as ``2026-05``; None: all.
    """
    with store.read() as session:
        files = drift_table.files_of(session, model.digest)
    wanted = files if months is None else {REFERENCE, *months}
    tables = {part: table_of(store, file) for part, file in files.items() if part in wanted}
    if not tables:
        return NOTHING
    names = tuple(sorted({name for t in tables.values() for name in t.said.vocabulary}))
    labels = set(next(iter(tables.values())).said.model_labels)
    reference = tables.pop(REFERENCE, None)
    return Stored(
        reference=None if reference is None else _posts(reference, names),
        posts=_posts(joined(list(tables.values())), names) if tables else None,
        names=names,
        known=np.array([name in labels for name in names], dtype=np.bool_),
    )


def table_of(store: Store, file: DriftFile) -> DriftTable:
    """The verified table of one part."""
    return from_parquet(store.artifacts.read(file.file))


def predicted_ids(store: Store, model: Model) -> pa.Array:
    """The ids of the new posts that the model has predicted."""
    with store.read() as session:
        files = drift_table.files_of(session, model.digest)
    parts = [
        pq.read_table(store.artifacts.open(file.file), columns=["post_id"])["post_id"]
        for part, file in files.items()
        if part != REFERENCE
    ]
    chunks = [chunk for part in parts for chunk in part.chunks]
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _posts(table: DriftTable, names: tuple[str, ...]) -> Posts:
    said = table.said
    place = reindex(said.vocabulary, names)
    return Posts(
        Predictions(place[said.label], place[said.top_labels], said.top_probs, said.calibrated),
        table.created,
        table.words,
        table.unknown,
    )
