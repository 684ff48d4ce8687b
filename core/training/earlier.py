"""What a snapshot would have been at an earlier moment: the posts of its open splits from before.

Nothing is frozen for it, and no sealed post is read: its later posts are open ones as well.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.arrays import Int64s
from core.errors import InputError
from core.snapshots import splits
from core.snapshots.content import SplitData
from core.snapshots.read import OPEN_SPLITS, load_attributes, load_split
from core.store import Store
from core.store.snapshots import Snapshot
from core.text import words_of

FRACTIONS = (0.9, 0.1, 0.0)
"""The newest tenth of the posts until then is validation. There is no test."""
_REDDIT = "reddit"


@dataclass(frozen=True, slots=True)
class Earlier:
    """Posts from before a moment: those to train on, and those to validate on."""

    train: SplitData
    valid: SplitData


def open_posts(store: Store, snapshot: Snapshot) -> SplitData:
    """The posts of both open splits, oldest first, but for texts that users sent."""
    train, valid = (_posts(store, snapshot, split) for split in OPEN_SPLITS)
    names = tuple(sorted({*train.labels, *valid.labels}))
    place = {name: i for i, name in enumerate(names)}
    number = [np.array([place[n] for n in each.labels], dtype=np.int32) for each in (train, valid)]
    whole = SplitData(
        ids=[*train.ids, *valid.ids],
        lines=[*train.lines, *valid.lines],
        label=np.concatenate([number[0][train.label], number[1][valid.label]]),
        created=np.concatenate([train.created, valid.created]),
        labels=names,
    )
    return whole.taken(np.argsort(whole.created, kind="stable"))


def earlier(posts: SplitData, *, before: int, seed: int | None = None) -> Earlier:
    """How the posts from before a moment split, by the rules of a snapshot.

    A post whose text an earlier split holds is in neither, see :mod:`core.snapshots.splits`.

    Args:
        posts: of :func:`open_posts`.
        before: epoch seconds, not included.
        seed: None: in the order of time; else at random.

    Raises:
        InputError: there are too few for both.
    """
    known = posts.taken(np.arange(np.searchsorted(posts.created, before)))
    if not len(known):
        raise InputError("There are no posts to train on", "Choose a later moment.")
    text = _texts(known)
    if seed is None:
        split = splits.chronological(known.created, text, FRACTIONS, test_since=before).split
    else:
        split = splits.random(text, FRACTIONS, seed=seed).split
    return Earlier(*(known.among(split == index) for index in range(len(OPEN_SPLITS))))


def _posts(store: Store, snapshot: Snapshot, split: str) -> SplitData:
    posts = load_split(store, snapshot, split)
    if not snapshot.rules.get("feedback"):
        return posts
    origin = load_attributes(store, snapshot, split).set_index("post_id")["origin"]
    return posts.among((origin[posts.ids] == _REDDIT).to_numpy())


def _texts(posts: SplitData) -> Int64s:
    """A number for each post, equal for equal texts."""
    said = np.array([words_of(line) for line in posts.lines], dtype=object)
    return pd.factorize(said)[0].astype(np.int64)
