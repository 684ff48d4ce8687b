"""The files that hold a snapshot's posts: each is known from before it is made until it is gone.

A run that is killed may leave a file that no snapshot names. Nobody reads it; but it has posts in
it, and erasing one must find it.
"""

import hashlib

from core.access.transactions import WITHIN_A_RUN, unattended
from core.executions import Run
from core.executions.history import listing
from core.store import Store, erasure
from core.store.executions import RUNNING
from core.store.reaping import reap


def keep(store: Store, content: bytes, run: Run) -> str:
    """Store a file with posts in it; its digest."""
    digest = hashlib.sha256(content).hexdigest()
    with unattended(store, because=WITHIN_A_RUN) as session:
        erasure.write_split_file(session, digest, execution=run.number)
    return store.artifacts.put_bytes(content)


def clear(store: Store, run: Run | None = None) -> int:
    """Remove the files that no snapshot names any more; how many have to stay for now.

    While another run than ``run`` reads a snapshot, what it reads stays.
    """
    reap(store)
    reading = [
        other.number
        for other in listing(store, status=RUNNING)
        if (run is None or other.number != run.number) and "snapshot" in other.inputs
    ]
    with unattended(
        store, because="the run or command that removes them asked as it began"
    ) as session:
        # Under the write lock, in which a file becomes known, so that none is removed that
        # another run is about to make.
        unnamed = erasure.unnamed_split_files(session)
        if reading:
            return len(unnamed)
        for digest in unnamed:
            store.artifacts.remove(digest)
        erasure.forget_split_files(session, unnamed)
    return 0
