"""Worker processes that are forks of one that has imported Signoff already.

Those of a real server begin as a new Python each: the one that writes submissions imports
SQLAlchemy, which takes most of a second.
"""

import atexit
import os
import signal
from multiprocessing.connection import Connection, wait

from core.processes import fresh_context
from core.serving.worker import run

_LOADED = "core.feedback.submission_writer"


class ForkedWorker:
    """What a worker's user asks of :class:`subprocess.Popen`.

    Args:
        number: of the file that is the worker's end of the pipe.
    """

    def __init__(self, number: int) -> None:
        context = fresh_context(preload=_LOADED)
        with Connection(os.dup(number)) as theirs:
            process = context.Process(target=_run, args=(theirs,), daemon=True)
            process.start()
        assert process.pid is not None
        self.pid = process.pid
        self._process = process
        atexit.register(self._end)  # a worker hears no signal that asks, and would be waited for

    def poll(self) -> int | None:
        return 0 if wait([self._process.sentinel], timeout=0) else None

    def wait(self) -> int:
        wait([self._process.sentinel])
        return 0

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def _end(self) -> None:
        if self.poll() is None:
            self.kill()


def _run(connection: Connection) -> None:
    number = os.dup(connection.fileno())
    connection.close()
    run(number)
