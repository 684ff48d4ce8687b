"""A server's heartbeat: it follows the aliases and reports that the server is alive."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from core.errors import SignoffError, StorageError
from core.hints import Alarm
from core.serving import watch
from core.serving.counts import Counts
from core.serving.notes import older_normaliser
from core.serving.pool import Pool
from core.serving.servers import Registration
from core.store import Store, place_of

log = logging.getLogger("signoff.serving")
FOLLOW_SECONDS = 1.0
REPORT_SECONDS = 5.0
WATCH_SECONDS = 15.0
CHORE_SECONDS = 60.0
END_SECONDS = 5.0
"""How long the end waits for a model that is being loaded."""
AGAIN_SECONDS = 60.0
"""After so long, an error that goes on is logged again."""
UNKEPT = Alarm("Nothing that is sent can be stored: the workspace cannot be written")


class Heartbeat:
    """A thread of its own, so that loading a model holds up no answer.

    Args:
        counts: what is reported to the workspace about requests.
        chore: done once a minute.
        keeps: whether what the server was sent last could be stored.
        changed: called as soon as others are held loaded, or other alarms there: name -> version,
            and how many alarms.
    """

    def __init__(
        self,
        pool: Pool,
        registration: Registration,
        counts: Counts,
        *,
        chore: Callable[[Store], object],
        keeps: Callable[[], bool] = lambda: True,
        changed: Callable[[Mapping[str, str], int], None] = lambda *_: None,
    ) -> None:
        self._pool, self._registration, self._counts = pool, registration, counts
        self._chore, self._keeps, self._changed = chore, keeps, changed
        self._place, self._reported = place_of(registration.store.home), True
        self._logging_errors = _Errors()
        self._end = threading.Event()
        self._flags: list[Alarm] = []
        self._due: dict[Callable[[Heartbeat], None], float] = {}
        self._noted: set[str] = set()
        self._seen: tuple[dict[str, str], list[Alarm]] = {}, []
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """A server that has waited for this can answer."""
        with self._logging_errors():
            self._follow()
        self._thread.start()

    def close(self) -> None:
        """The last sign of life."""
        self._end.set()
        self._thread.join(END_SECONDS)
        with self._logging_errors():
            self._registration.leave(self._counts.drain())

    @property
    def alarms(self) -> list[Alarm]:
        """What is wrong: models that cannot be served, a canary out of its bounds."""
        return [*self._pool.alarms, *self._flags, *self._unkept]

    @property
    def public_alarms(self) -> list[Alarm]:
        """The same as callers may read it."""
        return [*self._pool.public_alarms, *self._flags, *self._unkept]

    @property
    def _unkept(self) -> list[Alarm]:
        return [] if self._reported and self._keeps() else [UNKEPT]

    def _run(self) -> None:
        self._once()
        while not self._end.wait(FOLLOW_SECONDS):
            self._once()

    def _once(self) -> None:
        with self._logging_errors():
            self._follow()
            for act, seconds in EVERY.items():
                now = time.monotonic()
                if now >= self._due.get(act, 0.0):
                    self._due[act] = now + seconds
                    act(self)

    def _follow(self) -> None:
        """Follow the aliases; log and server learn what has changed."""
        self._pool.follow()
        serving, alarms = self._pool.serving, self.alarms
        if (serving, alarms) == self._seen:
            return
        self._seen = serving, alarms
        self._changed(serving, len(alarms))
        log.info("serving", extra={"line": {"serving": serving}})
        for alarm in alarms:
            log.error("alarm", extra={"line": {"alarm": str(alarm)}})
        for version in sorted(set(serving.values()) - self._noted):
            self._noted.add(version)
            if note := older_normaliser(self._registration.store, version):
                log.warning("note", extra={"line": {"version": version, "note": note}})

    def _report(self) -> None:
        counts = self._counts.drain()
        try:
            self._require_in_place()
            # The canary's bounds everybody can look at who can read the workspace.
            self._registration.report(self._pool.serving, self._pool.alarms, counts)
        except BaseException:
            self._reported = False
            self._counts.give_back(counts)
            raise
        self._reported = True

    def _require_in_place(self) -> None:
        home = self._registration.store.home
        if place_of(home) != self._place:
            raise StorageError(
                f"The workspace {home} was removed or replaced while this server used it",
                "Restart the server.",
            )

    def _watch(self) -> None:
        self._flags = watch.enforce(self._registration.store)

    def _do_chore(self) -> None:
        self._chore(self._registration.store)


EVERY: dict[Callable[[Heartbeat], None], float] = {
    Heartbeat._report: REPORT_SECONDS,  # noqa: SLF001
    Heartbeat._watch: WATCH_SECONDS,  # noqa: SLF001
    Heartbeat._do_chore: CHORE_SECONDS,  # noqa: SLF001
}
"""Seconds after which it is done again."""


class _Errors:
    """Errors in the log: what goes on failing with every heartbeat is not written with each."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """What goes wrong inside is logged, and tried again with the next heartbeat."""
        try:
            yield
        except SignoffError as error:
            if self._is_new(error):
                line = {"error": str(error)}
                log.error("the workspace cannot be used", extra={"line": line})  # noqa: TRY400
        except Exception as error:
            if self._is_new(error):
                log.exception("unexpected")

    def _is_new(self, error: Exception) -> bool:
        what, now = f"{type(error).__name__}: {error}", time.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < AGAIN_SECONDS}
        return self._told.setdefault(what, now) == now
