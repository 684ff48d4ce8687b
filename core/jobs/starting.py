"""Starting the process that works off the queue. It outlives the process that starts it."""

import os
import subprocess
import threading
import time

from core.processes import python_words
from core.settings import settings
from core.store import Store
from core.store.artifacts import storage_errors

LOG = "jobs.log"
"""In the folder of logs: what the process says besides what it records; mostly nothing."""
_PATIENCE = 10.0
"""Seconds after which a process that was started must have taken its work."""
_started: dict[str, float] = {}


def start(store: Store) -> None:
    """Start one, in a session of its own: neither Ctrl-C nor the end of the page server ends it.

    Where another works already, it finds that and ends.
    """
    _started[str(store.home)] = time.monotonic()
    environment = {
        **os.environ,
        **settings().as_environment(),
        "SIGNOFF_HOME": str(store.home.absolute()),
    }
    path = store.logs / LOG
    with storage_errors(path), path.open("ab") as log:
        process = subprocess.Popen(
            python_words("core.jobs.worker"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=store.home,
            start_new_session=True,
        )
    # Waited for, so that what has ended does not stay in the system's table of processes.
    threading.Thread(target=process.wait, name="jobs", daemon=True).start()


def is_starting(store: Store) -> bool:
    """Whether this process has started one just now."""
    started = _started.get(str(store.home))
    return started is not None and time.monotonic() - started < _PATIENCE
