"""Long work that a page asks for: it runs in a process beside the page, one at a time, and outlives
reload, tab and page server. docs/decisions tells why it is built like this.
"""

from core.jobs.queue import (
    CANCEL,
    ahead,
    ask,
    cancel,
    get,
    keep_going,
    latest,
    listing,
    title,
    under_way,
)
from core.store.jobs import CANCELLED, FAILED, INTERRUPTED, RUNNING, SUCCEEDED, WAITING, Job

__all__ = [
    "CANCEL",
    "CANCELLED",
    "FAILED",
    "INTERRUPTED",
    "RUNNING",
    "SUCCEEDED",
    "WAITING",
    "Job",
    "ahead",
    "ask",
    "cancel",
    "get",
    "keep_going",
    "latest",
    "listing",
    "title",
    "under_way",
]
