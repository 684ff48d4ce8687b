"""The posts of a snapshot, for models that are made elsewhere."""

import pandas as pd

from core.snapshots.read import load_split
from core.store import Store
from core.store.snapshots import Snapshot
from core.text import fields


def exported(store: Store, snapshot: Snapshot, split: str) -> pd.DataFrame:
    """One row a post of ``train`` or ``valid``, oldest first, as models read it.

    Columns: ``id``, ``subreddit``, ``created_utc`` in epoch seconds, and the fields of its
    normalised line: ``title``, ``text``, ``domain``. Raises as
    :func:`core.snapshots.read.load_split` does.
    """
    data = load_split(store, snapshot, split)
    posts = [fields(line) for line in data.lines]
    return pd.DataFrame(
        {
            "id": data.ids,
            "subreddit": [data.labels[label] for label in data.label],
            "created_utc": data.created,
            "title": [post.title for post in posts],
            "text": [post.body for post in posts],
            "domain": [post.domain for post in posts],
        }
    )
