"""Fingerprints of a snapshot's texts, by which two snapshots are compared without their texts.

A fingerprint is the hash of a passage (:mod:`core.stats.passages`), of at most one passage in
sixteen. They are sealed as the test split is, with the same key: without it they tell nothing, and
with it one can only ask for a passage that one knows. They stay when posts are erased, since looks
at a text have been taken all the same.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import permutations

import numpy as np
import pyarrow as pa

from core.errors import SignoffError
from core.executions import Run, record
from core.snapshots import keys
from core.snapshots.content import FrozenPosts, SplitFile, read_lines, split_file
from core.snapshots.read import OPEN_SPLITS, listing, open_split
from core.snapshots.sealed import seal
from core.snapshots.splits import SPLITS
from core.snapshots.unsealed import decrypted, opened_as
from core.stats.passages import Sketch, share_held, sketch
from core.store import Store
from core.store import shared_texts as shared_table
from core.store.shared_texts import SharedTexts
from core.store.snapshots import Snapshot
from core.text import words_of

KIND = "fingerprint"
"""The execution that makes what was not kept when a snapshot was frozen."""
WIDTH = 48
"""Bytes of a passage: nine words, so that few are phrases."""
MOST = 1 << 18
"""Passages kept of each split: 3 MiB."""
BELOW = 60
"""Of 64 bits: one passage in sixteen at most is kept, so that no text can be put together of
passages that overlap.
"""

Fingerprints = Mapping[str, Sketch]
"""Split -> a sample of its passages."""


def of_posts(parts: Mapping[str, FrozenPosts]) -> Fingerprints:
    """The fingerprints of posts that are being frozen; ``parts``: split -> its posts."""
    return {split: _sketch(_frozen_lines(part)) for split, part in parts.items()}


def keep(store: Store, digest: str, fingerprints: Fingerprints, run: Run) -> None:
    """Keep the fingerprints of a snapshot, and what it shares with every other one, as soon as
    ``run`` has succeeded.
    """
    kept = _readable(store)
    _keep(store, {**_made_now(store, kept), digest: fingerprints}, kept, run)


def complete(store: Store) -> None:
    """Compare what was not compared yet: snapshots that were frozen before there were
    fingerprints, and two that were frozen at once. Mostly there is nothing to do.

    What no key at hand opens is left, see :mod:`core.release.looks`.

    Raises:
        RefusedError: the actor is not a reviewer, and there is something to do.
    """
    with store.read() as session:
        files, known = shared_table.fingerprints(session), shared_table.known(session)
    snapshots = listing(store)
    if set(permutations((s.digest for s in snapshots), 2)) <= known and len(files) == len(
        snapshots
    ):
        return
    kept = _readable(store)
    fresh = _made_now(store, kept)
    if fresh or not set(permutations(kept, 2)) <= known:
        with record(store, KIND, params={}, inputs={"snapshots": [*fresh, *kept]}) as run:
            _keep(store, fresh, kept, run)


def name_of(snapshot: str) -> str:
    """What the fingerprints of a snapshot (digest) are sealed as."""
    return f"{snapshot}/fingerprints"


def _keep(
    store: Store, fresh: Mapping[str, Fingerprints], kept: Mapping[str, Fingerprints], run: Run
) -> None:
    with store.read() as session:
        known = shared_table.known(session)
    every = {**kept, **fresh}
    pairs = [
        _compared(of, every[of], by, every[by])
        for of, by in permutations(every, 2)
        if (of, by) not in known
    ]
    files = {
        digest: seal(store, _as_bytes(prints), snapshot=name_of(digest), run=run)
        for digest, prints in fresh.items()
    }

    run.on_success(partial(shared_table.insert, files=files, pairs=pairs))


def _made_now(store: Store, kept: Mapping[str, Fingerprints]) -> dict[str, Fingerprints]:
    """The fingerprints of snapshots that have none that can be read, such as those that were frozen
    before there were any; of all whose files a key at hand opens.
    """
    found: dict[str, Fingerprints] = {}
    for snapshot in listing(store):
        if snapshot.digest not in kept:
            with suppress(SignoffError):
                found[snapshot.digest] = _of_snapshot(store, snapshot)
    return found


def _readable(store: Store) -> dict[str, Fingerprints]:
    """The fingerprints of every snapshot that a key at hand opens."""
    with store.read() as session:
        files = shared_table.fingerprints(session)
    found: dict[str, Fingerprints] = {}
    for digest, file in files.items():
        with suppress(SignoffError):
            made = opened_as(store.artifacts.read(file), name_of(digest), keys.known(store))
            if made is not None:
                found[digest] = _from_bytes(made.plain)
    return found


def _compared(of: str, ours: Fingerprints, by: str, theirs: Fingerprints) -> SharedTexts:
    shares = {split: share_held(ours["test"], theirs[split]) for split in SPLITS}
    return SharedTexts(snapshot=of, holder=by, **shares)


def _of_snapshot(store: Store, snapshot: Snapshot) -> Fingerprints:
    files = {split: open_split(store, snapshot, split) for split in OPEN_SPLITS}
    files["test"] = split_file(pa.py_buffer(decrypted(store, snapshot).plain))
    return {split: _sketch(_kept_lines(file)) for split, file in files.items()}


def _sketch(parts: Iterable[list[str]]) -> Sketch:
    said = ([words_of(line) for line in part] for part in parts)
    return sketch(said, width=WIDTH, most=MOST, below=BELOW)


def _frozen_lines(posts: FrozenPosts) -> Iterator[list[str]]:
    for group in posts.groups():
        yield group["line"].to_pylist()


def _kept_lines(file: SplitFile) -> Iterator[list[str]]:
    for group in range(len(file.sizes)):
        yield read_lines(file.source, group)


def _as_bytes(fingerprints: Fingerprints) -> bytes:
    arrays: dict[str, np.ndarray] = {}
    for split, made in fingerprints.items():
        arrays[f"{split}.hashes"] = made.hashes
        arrays[f"{split}.weights"] = made.weights.astype(np.float32)
        arrays[f"{split}.below"] = np.array(made.below)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _from_bytes(content: bytes) -> Fingerprints:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {
            split: Sketch(
                hashes=arrays[f"{split}.hashes"],
                weights=arrays[f"{split}.weights"].astype(np.float64),
                below=int(arrays[f"{split}.below"]),
            )
            for split in SPLITS
        }
