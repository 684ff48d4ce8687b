"""A server sends what is due, beside its work."""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SignoffError

if TYPE_CHECKING:
    from core.store import Store

log = logging.getLogger("signoff.notifications")
SECONDS = 15.0
"""Between two passes."""


class Sender:
    """A thread of its own, with connections of its own to the workspace ``home``: no receiver holds
    up an answer.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._store: Store | None = None
        self._end = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Nobody waits for a message that is being sent: the next pass sends it again."""
        self._end.set()

    def _run(self) -> None:
        while not self._end.wait(SECONDS):
            try:
                self._once()
                self._said = ""
            except SignoffError as error:
                if str(error) != self._said:  # not with every pass
                    self._said = str(error)
                    log.error("notifications", extra={"line": {"error": self._said}})  # noqa: TRY400
            except Exception:  # the thread's boundary: the next pass is made all the same
                log.exception("unexpected")
        if self._store is not None:
            self._store.engine.dispose()

    def _once(self) -> None:
        # Loading these takes longer than a server may take to begin.
        from core.notifications.configured import configured
        from core.notifications.sending import run
        from core.store import existing_store

        addresses = configured()
        if not addresses:
            return
        if self._store is None:
            self._store = existing_store(self._home)
        done = run(self._store, addresses)
        for each in done.failed if done else ():
            line = {"address": each.address, "event": each.event, "error": each.error}
            log.warning("notification not taken", extra={"line": line})
