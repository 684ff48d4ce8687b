"""Finding snapshots, and loading what may be seen of them."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import InputError, NotFoundError, RefusedError
from core.hints import Command, Hint
from core.snapshots.content import (
    SplitData,
    SplitFile,
    attributes_from_parquet,
    from_parquet,
    ids_from_parquet,
    moments_from_parquet,
    split_file,
)
from core.snapshots.splits import SPLITS
from core.store import Store
from core.store import snapshots as snapshots_table
from core.store.snapshots import Snapshot

OPEN_SPLITS = ("train", "valid")
READING = ("core.snapshots.content", "core.snapshots.read", "core.snapshots.splits")
"""The code that reading a split depends on, for the steps that do."""


def find(store: Store, reference: str) -> Snapshot:
    """The snapshot of that name, or whose digest begins so (four digits or more).

    Raises:
        NotFoundError: there is none.
        InputError: the digits fit several.
    """
    with store.read() as session:
        matches = snapshots_table.matching(session, reference)
    if not matches:
        raise NotFoundError(
            f"There is no snapshot {reference!r}",
            Hint("List the snapshots.", Command("snapshot list")),
        )
    if len(matches) > 1:
        raise InputError(
            f"{reference!r} matches {len(matches)} snapshots", "Give more digits, or a name."
        )
    return matches[0]


def listing(store: Store) -> list[Snapshot]:
    """All snapshots, newest first."""
    with store.read() as session:
        return snapshots_table.listing(session)


def names(store: Store) -> dict[str, str]:
    """Digest -> what people call the snapshot."""
    return {snapshot.digest: snapshot.id for snapshot in listing(store)}


def load_split(store: Store, snapshot: Snapshot, split: str) -> SplitData:
    """The posts of ``train`` or ``valid``, verified.

    Raises:
        RefusedError: the test split, which is sealed.
        InputError: there is no such split.
    """
    return from_parquet(_path(store, snapshot, split))


def open_split(store: Store, snapshot: Snapshot, split: str) -> SplitFile:
    """``train`` or ``valid``, verified, its lines left in its file. Raises as :func:`load_split`
    does.
    """
    return split_file(_path(store, snapshot, split))


def load_ids(store: Store, snapshot: Snapshot, split: str) -> pa.ChunkedArray:
    """The ids of the posts of ``train`` or ``valid``. Raises as :func:`load_split` does."""
    return ids_from_parquet(_path(store, snapshot, split))


def span(store: Store, snapshot: Snapshot, split: str) -> tuple[int, int] | None:
    """When the oldest and the newest post of ``train`` or ``valid`` were made, in epoch seconds, of
    those that were not erased; None where none is left. Raises as :func:`load_split` does.
    """
    ends = pc.min_max(moments_from_parquet(_path(store, snapshot, split))).as_py()
    return None if ends["min"] is None else (ends["min"], ends["max"])


def load_attributes(store: Store, snapshot: Snapshot, split: str) -> pd.DataFrame:
    """What describes the posts of ``train`` or ``valid``, one row each, oldest first.

    Columns: ``post_id``, ``created_utc`` and, unless the snapshot was frozen before they were
    kept, ``is_self``, ``title_length``, ``score``, ``num_comments``, ``domain``, ``flair``,
    ``over_18``, ``subreddit_age_days``, ``origin`` (see :data:`core.snapshots.content.SCHEMA`), as
    they were when the snapshot was frozen. Raises as :func:`load_split` does.
    """
    return attributes_from_parquet(_path(store, snapshot, split))


def _path(store: Store, snapshot: Snapshot, split: str) -> Path:
    """The verified file of an open split, as the snapshot names it now: since ``snapshot`` was
    read, posts may have been erased from it.
    """
    require_open(split)
    with store.read() as session:
        now = snapshots_table.get(session, snapshot.digest) or snapshot
    return store.artifacts.open(getattr(now, split))


def require_open(split: str) -> None:
    """Refuse the sealed split, and names that are not a split's."""
    if split == "test":
        raise RefusedError(
            "The test split is sealed. Looking at it wears it out, so it is opened only once per"
            " candidate, for the release decision, and every opening is recorded",
            "Use :valid to evaluate and choose models.",
        )
    if split not in OPEN_SPLITS:
        raise InputError(f"There is no split {split!r}", f"The splits are {', '.join(SPLITS)}.")
