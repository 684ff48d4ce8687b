"""Which posts of a snapshot a training learns from, by what was chosen for it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from core.arrays import Int64s
from core.snapshots.content import SplitData
from core.snapshots.read import load_ids, load_split
from core.store import Store
from core.store.snapshots import Snapshot
from core.training.earlier import earlier, open_posts


def posts_of(
    store: Store, snapshot: Snapshot, chosen: Mapping[str, Any]
) -> tuple[SplitData, SplitData]:
    """The posts that a training learns from, and those that it is validated on.

    Args:
        chosen: parameters of the training's execution, see :func:`core.training.train.train`.

    Raises:
        InputError: there are too few for both.
    """
    if "before" in chosen:
        seed = chosen["seed"] if chosen.get("shuffled") else None
        made = earlier(open_posts(store, snapshot), before=chosen["before"], seed=seed)
        data, later = made.train, made.valid
    else:
        data, later = (load_split(store, snapshot, split) for split in ("train", "valid"))
    if "newest" in chosen:
        data = data.among(np.arange(len(data)) >= len(data) - chosen["newest"])
    if "half" in chosen:
        data = data.taken(_half(len(data), chosen["half"], seed=chosen["seed"]))
    return data, later


def ids_of(
    store: Store, snapshot: Snapshot, chosen: Mapping[str, Any]
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The ids of the same posts; of a training on fewer posts, those of all that it could choose
    from.
    """
    if "before" not in chosen:
        return load_ids(store, snapshot, "train"), load_ids(store, snapshot, "valid")
    data, later = posts_of(store, snapshot, chosen)
    return pa.chunked_array([data.ids], pa.string()), pa.chunked_array([later.ids], pa.string())


def _half(posts: int, half: int, *, seed: int) -> Int64s:
    """Positions of half 1 or 2, ascending: the posts stay in the order of time."""
    drawn = np.random.default_rng(seed).permutation(posts)
    middle = posts // 2
    return np.sort(drawn[:middle] if half == 1 else drawn[middle:])
