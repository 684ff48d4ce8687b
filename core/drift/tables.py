"""The table of predictions of new posts: an evaluation's, with what drift needs besides. Pure.

It holds no text: ids, moments, labels, probabilities and counts of words.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.arrays import Bools, Int32s, Int64s, Places
from core.evaluation import prediction_table
from core.evaluation.prediction_table import NO_LABEL, PredictionTable, reindex

_BESIDES = ("created_utc", "words", "unknown_words")


@dataclass(frozen=True, slots=True)
class DriftTable:
    """What a model said of n posts, in the order of time.

    ``said``: see :class:`core.evaluation.prediction_table.PredictionTable`; a post without label
    may be in a sealed test split. ``created`` (int64, (n,)): epoch seconds. ``words`` (int32,
    (n,)): how many words the post has; ``unknown``: how many of them stand in no training post.
    """

    said: PredictionTable
    created: Int64s
    words: Int32s
    unknown: Int32s

    def __len__(self) -> int:
        return len(self.created)

    def taken(self, posts: Places | Bools) -> "DriftTable":
        """The posts at these positions, in this order; or those for which it says so."""
        said = self.said
        return DriftTable(
            replace(
                said,
                post_id=said.post_id[posts],
                label=said.label[posts],
                top_labels=said.top_labels[posts],
                top_probs=said.top_probs[posts],
                calibrated=None if said.calibrated is None else said.calibrated[posts],
            ),
            self.created[posts],
            self.words[posts],
            self.unknown[posts],
        )

    @property
    def labelled(self) -> "DriftTable":
        """The posts that have a label."""
        return self.taken(self.said.label != NO_LABEL)


def without_labels(table: DriftTable, posts: Bools) -> DriftTable:
    """The table without the labels of these posts, shape (n,), and without names that only they
    have.
    """
    said = table.said
    label = np.where(posts, NO_LABEL, said.label)
    had = {said.vocabulary[place] for place in np.unique(label) if place != NO_LABEL}
    vocabulary = tuple(sorted(had.union(said.model_labels)))
    place = {name: number for number, name in enumerate(vocabulary)}
    places = np.array([place.get(name, NO_LABEL) for name in (*said.vocabulary, "")], np.int32)
    now = replace(
        said, label=places[label], top_labels=places[said.top_labels], vocabulary=vocabulary
    )
    return replace(table, said=now)


def joined(tables: Sequence[DriftTable]) -> DriftTable:
    """The posts of all tables of one model, oldest first, with one vocabulary.

    Args:
        tables: at least one.
    """
    said = [table.said for table in tables]
    vocabulary = tuple(sorted({name for each in said for name in each.vocabulary}))
    places = [reindex(each.vocabulary, vocabulary) for each in said]
    each_of = list(zip(said, places, strict=True))
    whole = DriftTable(
        PredictionTable(
            post_id=np.concatenate([each.post_id for each in said]),
            label=np.concatenate([place[each.label] for each, place in each_of]),
            top_labels=np.concatenate([place[each.top_labels] for each, place in each_of]),
            top_probs=np.concatenate([each.top_probs for each in said]),
            vocabulary=vocabulary,
            model_labels=said[0].model_labels,
            calibrated=_calibrated(said),
        ),
        np.concatenate([table.created for table in tables]),
        np.concatenate([table.words for table in tables]),
        np.concatenate([table.unknown for table in tables]),
    )
    moments = whole.created
    if np.all(moments[1:] >= moments[:-1]):  # months, one after the other
        return whole
    return whole.taken(np.lexsort((whole.said.post_id.astype(str), moments)))


def by_month(table: DriftTable) -> dict[str, DriftTable]:
    """Month, as ``2026-05`` -> its posts."""
    months = table.created.astype("datetime64[s]").astype("datetime64[M]")
    if not len(months):
        return {}
    starts = np.flatnonzero(np.concatenate([[True], months[1:] != months[:-1]]))
    ends = np.append(starts[1:], len(months))
    return {
        str(months[start]): table.taken(_span(start, end))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    }


def to_parquet(table: DriftTable) -> bytes:
    """The columns of an evaluation's table, and ``created_utc``, ``words``, ``unknown_words``."""
    arrow = pq.read_table(pa.BufferReader(prediction_table.to_parquet(table.said)))
    for name, column in zip(_BESIDES, (table.created, table.words, table.unknown), strict=True):
        arrow = arrow.append_column(name, pa.array(column))
    buffer = io.BytesIO()
    pq.write_table(arrow, buffer, compression="zstd")
    return buffer.getvalue()


def from_parquet(content: bytes) -> DriftTable:
    """Inverse of :func:`to_parquet`."""
    besides = pq.read_table(pa.BufferReader(content), columns=list(_BESIDES))
    return DriftTable(
        prediction_table.from_parquet(content),
        *(besides[name].to_numpy() for name in _BESIDES),
    )


def _calibrated(said: Sequence[PredictionTable]) -> Bools | None:
    if all(each.calibrated is None for each in said):
        return None
    none = [np.zeros(len(each.label), dtype=np.bool_) for each in said]
    return np.concatenate(
        [
            empty if each.calibrated is None else each.calibrated
            for each, empty in zip(said, none, strict=True)
        ]
    )


def _span(start: int, end: int) -> Int64s:
    return np.arange(start, end, dtype=np.int64)
