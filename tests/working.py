"""The queue of long work, worked off by the test itself or by processes that it can pause."""

from contextlib import nullcontext

from core.jobs import worker
from core.store import Store


def work_off(store: Store) -> None:
    """Do what waits, in this thread."""
    worker.work_off(store, lambda _job: nullcontext())
