"""The words of the newest complete window, counted while its posts can be read.

Texts are read here, and nothing of a single post is kept: only the shares of words that stand in
several posts of several subreddits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from core.arrays import Ints
from core.drift.alarms import FEWEST
from core.drift.newest import newest_complete
from core.drift.pending import may_be_sealed
from core.drift.results import WordChanges
from core.drift.stored import Watched
from core.drift.tables import DriftTable
from core.drift.training_words import TrainingWords
from core.drift.windows import Window
from core.drift.word_changes import word_changes
from core.drift.word_counts import WordCounts, word_counts
from core.records import to_json
from core.snapshots.content import SplitFile, read_lines
from core.snapshots.read import listing, open_split
from core.store import drift as drift_table
from core.store.drift import DriftWindow
from core.text import normalise, read_of, words_of

_WORDS, _POSTS = "words", "posts"
"""Keys of stored figures."""


def with_words(
    watched: Watched, window: Window, rows: Sequence[DriftWindow], *, training: TrainingWords
) -> list[DriftWindow]:
    """The rows to store, with the words of the newest complete window.

    They are counted once: as long as the window has the same number of posts, they stay.

    Args:
        rows: the figures of windows that are to be stored anew.
    """
    newest = newest_complete(watched, window)
    if newest is None or watched.evaluation is None:
        return list(rows)
    begins, posts = newest
    with watched.store.read() as session:
        stored = drift_table.windows(session, watched.model.digest, window).get(begins)
    fresh = {row.begins: row for row in rows}
    row = fresh.get(begins, stored)
    if row is None or row.figures.get(_WORDS):
        return list(rows)
    same = stored is not None and stored.figures.get(_POSTS) == len(posts)
    kept = stored.figures.get(_WORDS) if stored and same else None
    made = kept or to_json(_changes(watched, posts, training))
    return [*(fresh | {begins: replace(row, figures=row.figures | {_WORDS: made})}).values()]


def _changes(watched: Watched, posts: DriftTable, training: TrainingWords) -> WordChanges | None:
    """Between the validation split and a window; None where too few posts can be read."""
    after = _of_window(watched, posts)
    if after.texts < FEWEST:
        return None
    valid = open_split(watched.store, watched.snapshot, "valid")
    return word_changes(word_counts(_parts(valid)), after, known=training.hold)


def _of_window(watched: Watched, posts: DriftTable) -> WordCounts:
    """Without posts that a sealed test may hold by now: those were predicted before it was made."""
    store, posts = watched.store, posts.labelled
    nobody = np.zeros(len(posts), dtype=np.int64)  # whichever execution wrote them
    hidden = may_be_sealed(store, listing(store), posts.said.post_id, posts.created, nobody)
    with store.read() as session:
        found = drift_table.contents(session, posts.said.post_id[~hidden].tolist())
    lines = [
        words_of(normalise(*read_of(post.title, post.body, post.domain, is_self=post.is_self)))
        for post in found
    ]
    _, labels = np.unique([post.subreddit.lower() for post in found], return_inverse=True)
    return word_counts([(lines, labels)] if found else [])


def _parts(split: SplitFile) -> Iterator[tuple[list[str], Ints]]:
    begins = np.cumsum([0, *split.sizes])
    for group in range(len(split.sizes)):
        lines = [words_of(line) for line in read_lines(split.source, group)]
        yield lines, split.label[begins[group] : begins[group + 1]]
