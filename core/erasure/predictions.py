"""Taking erased posts out of the predictions of new posts, which are kept for drift.

Their rows go: what is left of such a post is its tombstone. The figures of its window are made anew
of the others when somebody looks.
"""

import io
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.access.transactions import WITHIN_A_RUN, unattended
from core.executions import Run
from core.snapshots.files import keep
from core.store import Store, drift, erasure
from core.store.drift import DriftFile

_ID, _MOMENT = "post_id", "created_utc"


def pending(store: Store) -> list[DriftFile]:
    """Files that may hold erased posts."""
    with store.read() as session:
        return drift.files_before(session, erasure.newest(session))


def empty(store: Store, file: DriftFile, run: Run) -> str | None:
    """Take all erased posts out of a file; the digest of the new one, None if it held none.

    Where another run writes the file meanwhile, it stays to be done.

    Raises:
        NotFoundError, CorruptArtifactError: the file is not what was stored.
    """
    with store.read() as session:
        newest = erasure.newest(session)
        posts = erasure.buried_after(session, file.erased_until)
    table = pq.read_table(store.artifacts.open(file.file))
    kept = table.filter(pc.invert(pc.is_in(table[_ID], value_set=pa.array(posts, pa.string()))))
    after: DriftFile | None = replace(file, erased_until=newest)
    if len(kept) < len(table):
        after = _written(store, kept, replace(file, erased_until=newest), run)
    with unattended(store, because=WITHIN_A_RUN) as session:
        swapped = drift.swap_file(session, file, after)
        if after is None or after.file != file.file:
            drift.forget_windows(session, file)  # they name words that its posts had
    return after.file if swapped and after and after.file != file.file else None


def _written(store: Store, kept: pa.Table, file: DriftFile, run: Run) -> DriftFile | None:
    """The file of the posts that are left; None if there are none."""
    if not len(kept):
        return None
    buffer = io.BytesIO()
    pq.write_table(kept, buffer, compression="zstd")
    return replace(
        file,
        file=keep(store, buffer.getvalue(), run),
        posts=len(kept),
        newest=pc.max(kept[_MOMENT]).as_py(),
    )
