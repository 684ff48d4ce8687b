"""Starting the process that works off the queue. It outlives the process that starts it."""

import os
import subprocess
import threading
import time
from pathlib import Path

from core.processes import python_words
from core.settings import settings
from core.store import Store
from core.store.artifacts import storage_errors

LOG = "jobs.log"
"""In the folder of logs: what the process says besides what it records; mostly nothing."""
_PAUSE = 5.0
"""Seconds between two starts, so that one that cannot work is not started over and over."""
_started: dict[Path, tuple[float, subprocess.Popen[bytes]]] = {}
"""Workspace -> when this process last started one for it, and that."""


def start(store: Store) -> None:
    """Start one, in a session of its own: neither Ctrl-C nor the end of the page server ends it.

    Where another works already, it finds that and ends.
    """
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
    _started[store.home] = time.monotonic(), process
    # Waited for, so that what has ended does not stay in the system's table of processes.
    threading.Thread(target=process.wait, name="jobs", daemon=True).start()


def is_starting(store: Store) -> bool:
    """Whether this process has started one that still runs, or has started one just now."""
    if store.home not in _started:
        return False
    at, process = _started[store.home]
    return process.poll() is None or time.monotonic() - at < _PAUSE
