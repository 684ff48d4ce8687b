"""What a server does beside answering: it follows the aliases and gives signs of life."""

import logging
import threading
import time

from core.api.meters import Meters
from core.errors import SignoffError
from core.feedback.retention import erase_overdue
from core.serving.pool import Pool
from core.serving.servers import Desk

log = logging.getLogger("signoff.api")
FOLLOW_SECONDS = 1.0
TELL_SECONDS = 5.0
ERASE_SECONDS = 60.0


class Beat:
    """A thread of its own, so that loading a model holds up no answer."""

    def __init__(self, pool: Pool, meters: Meters, desk: Desk) -> None:
        self._pool, self._meters, self._desk = pool, meters, desk
        self._end = threading.Event()
        self._told: float = 0
        self._erased: float = 0
        self._seen: tuple[dict[str, str], list[str]] = {}, []
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self) -> None:
        """The first look, at once: whoever waits for this can answer afterwards."""
        self._once()
        self._thread.start()

    def close(self) -> None:
        """The last sign of life."""
        self._end.set()
        self._thread.join()
        self._tell()
        self._desk.leave()

    def _run(self) -> None:
        while not self._end.wait(FOLLOW_SECONDS):
            self._once()

    def _once(self) -> None:
        try:
            self._pool.follow()
            self._notice()
            if time.monotonic() - self._told >= TELL_SECONDS:
                self._tell()
            if time.monotonic() - self._erased >= ERASE_SECONDS:
                self._erased = time.monotonic()
                erase_overdue(self._desk.store)
        except SignoffError as error:
            log.error("the workspace cannot be used", extra={"line": {"error": str(error)}})  # noqa: TRY400
        except Exception:
            log.exception("unexpected")

    def _notice(self) -> None:
        """Tell log and meters what has changed."""
        serving, alarms = self._pool.serving, self._pool.alarms
        if (serving, alarms) == self._seen:
            return
        self._seen = serving, alarms
        self._meters.state(serving, len(alarms))
        log.info("serving", extra={"line": {"serving": serving}})
        for alarm in alarms:
            log.error("alarm", extra={"line": {"alarm": alarm}})

    def _tell(self) -> None:
        self._told = time.monotonic()
        counts = self._meters.drain()
        try:
            self._desk.tell(self._pool, counts)
        except BaseException:
            self._meters.give_back(counts)
            raise
