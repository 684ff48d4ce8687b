"""The versions that a server holds loaded, as the aliases move.

A model is verified and loaded before anybody is sent to it, and kept until the last request that
was sent to it is answered: holding a :class:`Suggester` keeps its model alive. A model that
fails to load leaves the one before it in place, and is an alarm until it loads or the alias moves.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from core.errors import NotFoundError, SignoffError, StorageError, UnavailableError
from core.hints import Alarm, Command, Hint
from core.release import aliases
from core.release.events import CANARY, PRODUCTION
from core.release.released import released_model
from core.serving.process import ProcessModel
from core.serving.suggest import Suggester
from core.store import Store
from core.training.load import loader

log = logging.getLogger("signoff.serving")
SHADOW = "shadow"
"""The alias of a version that is asked too, and whose answers nobody sees."""
PINNED = (PRODUCTION, CANARY, SHADOW)
"""Loaded as soon as they name something, and never put out for others."""
MOST = 2
"""Other aliases and versions that are held at once."""
AGAIN_SECONDS = 30
"""After so long a model that failed to load is tried again."""


@dataclass(frozen=True, slots=True)
class Served:
    """Who answers a caller, and under which name they were requested."""

    suggester: Suggester
    name: str


@dataclass(frozen=True, slots=True)
class _Failure:
    version: str
    alarm: Alarm
    again: float


def load_beside(store: Store, version: str) -> Suggester:
    """The model of a version, verified and checked against its approval, in a process of its own.

    Raises:
        NotFoundError: there is no such version.
        SignoffError: its model cannot be loaded, or is not the one that was approved.
    """
    try:
        model = released_model(store, version)
    except NotFoundError as error:
        raise NotFoundError(
            error.reason, "GET /v1/aliases and GET /v1/versions list all of them."
        ) from error
    try:
        load = loader(store, model)
    except NotFoundError as error:  # the version is there, the file of its model is not
        raise StorageError(error.reason, error.hint) from error
    return Suggester(version, ProcessModel(load))


class Pool:
    """Safe to use from several threads; one of them calls :meth:`follow` again and again.

    Args:
        most: how many aliases and versions besides :data:`PINNED` are held; the one that was asked
            for longest ago goes first.
        load: gives the suggester of a version.
    """

    def __init__(
        self,
        store: Store,
        *,
        most: int = MOST,
        load: Callable[[Store, str], Suggester] = load_beside,
    ) -> None:
        self._store, self._most, self._load = store, most, load
        self._names: Mapping[str, str] = {}
        self._share = 0.0
        self._held: OrderedDict[str, Suggester] = OrderedDict()
        self._failures: dict[str, _Failure] = {}
        self._refused: dict[str, float] = {}
        self._loaded: WeakValueDictionary[str, Suggester] = WeakValueDictionary()
        self._changing, self._loading = threading.Lock(), threading.Lock()

    def follow(self) -> None:
        """Look where the aliases point now, and load what they name, one after the other."""
        names, canary = aliases.named(self._store)
        self._names, self._share = names, (canary.share or 0.0) if canary else 0.0
        for name in (*PINNED, *[held for held in self._held if held not in PINNED]):
            wanted = self._wanted(name)
            if wanted is None:
                self._drop(name)
            else:
                self._bring(name, wanted)

    def for_caller(self, caller: str) -> Served:
        """The canary if ``caller`` is of its share, else production: the same one for the same
        caller, as :func:`core.release.aliases.version_for`.

        Raises:
            UnavailableError: nothing is in production, or it is not loaded.
        """
        canary = self._held.get(CANARY)
        if canary is not None and aliases.of_share(caller, canary.version, self._share):
            return Served(canary, CANARY)
        production = self._held.get(PRODUCTION)
        if production is None:
            raise UnavailableError(
                "No version in production is loaded",
                Hint(
                    "Release a version; GET /readyz shows what is wrong.",
                    Command("alias set", PRODUCTION, "VERSION"),
                ),
            )
        return Served(production, PRODUCTION)

    def named(self, name: str) -> Served:
        """What an alias names, or a version; loaded now where it is not held yet.

        Raises:
            NotFoundError: there is no such alias or version.
            UnavailableError: its model cannot be loaded; why, the log says alone.
        """
        held = self.held(name)
        if held is not None:
            return held
        # An alias may be newer than the last look.
        wanted = self._names.get(name) or aliases.current(self._store).get(name, name)
        suggester = self._get_for_caller(wanted)
        with self._changing:
            self._held[name] = suggester
            others = [other for other in self._held if other not in PINNED]
            for other in others[: max(0, len(others) - self._most)]:
                del self._held[other]
        return Served(suggester, name)

    def held(self, name: str) -> Served | None:
        """What :meth:`named` gives where nothing has to be loaded for it."""
        suggester = self._held.get(name)
        if suggester is None:
            return None
        self._touch(name)
        return Served(suggester, name)

    @property
    def shadow(self) -> Suggester | None:
        """The shadow, which is asked too."""
        return self._held.get(SHADOW)

    @property
    def serving(self) -> dict[str, str]:
        """Name -> version, of all that is held."""
        return {name: held.version for name, held in list(self._held.items())}

    @property
    def alarms(self) -> list[Alarm]:
        """Why a version that an alias names does not answer; empty where all do. For the people who
        run the server: hints may name files.
        """
        return [failure.alarm for failure in list(self._failures.values())]

    @property
    def public_alarms(self) -> list[Alarm]:
        """The same without hints, for callers."""
        return [Alarm(failure.alarm.title) for failure in list(self._failures.values())]

    def _wanted(self, name: str) -> str | None:
        """The version that ``name`` should be; None for an alias that names nothing now."""
        if name == CANARY and not self._share:
            return None
        held = self._held.get(name)
        version = name if held is not None and held.version == name else None
        return self._names.get(name, version)

    def _bring(self, name: str, version: str) -> None:
        """Have ``name`` answered by ``version``, or say why not."""
        held, failure = self._held.get(name), self._failures.get(name)
        if held is not None and held.version == version and held.model.alive:
            self._failures.pop(name, None)
            return
        if failure and failure.version == version and time.monotonic() < failure.again:
            return
        try:
            suggester = self._get(version)
        except SignoffError as error:
            self._fail(name, version, held, error)
            return
        with self._changing:
            self._held[name] = suggester
            self._failures.pop(name, None)

    def _fail(self, name: str, version: str, held: Suggester | None, error: SignoffError) -> None:
        """The version that answered goes on, if it still can."""
        left = "no version answers for it"
        if held is not None and held.model.alive:
            left = f"{held.version} keeps answering"
        elif held is not None:
            self._drop(name)
        why = Hint(f"{error.reason.rstrip('.')}. {error.hint.text}", error.hint.command)
        alarm = Alarm(f"{name} names {version}, which cannot be served: {left}", why)
        self._failures[name] = _Failure(version, alarm, time.monotonic() + AGAIN_SECONDS)

    def _get(self, version: str) -> Suggester:
        """The version's only suggester in this process."""
        with self._loading:
            suggester = self._loaded.get(version)
            if suggester is None or not suggester.model.alive:
                suggester = self._loaded[version] = self._load(self._store, version)
            return suggester

    def _get_for_caller(self, version: str) -> Suggester:
        # Not tried each time that a caller likes to: meanwhile nothing else could be loaded.
        if time.monotonic() < self._refused.get(version, 0.0):
            raise _cannot_load(version)
        try:
            return self._get(version)
        except NotFoundError:
            raise
        except SignoffError as error:
            self._refused[version] = time.monotonic() + AGAIN_SECONDS
            line = {"version": version, "error": str(error)}
            log.error("a version cannot be loaded", extra={"line": line})  # noqa: TRY400
            raise _cannot_load(version) from None

    def _drop(self, name: str) -> None:
        with self._changing:
            self._held.pop(name, None)
            self._failures.pop(name, None)

    def _touch(self, name: str) -> None:
        with self._changing:
            if name in self._held:
                self._held.move_to_end(name)


def _cannot_load(version: str) -> UnavailableError:
    return UnavailableError(
        f"Version {version} cannot be loaded",
        "Ask for another version. The server's log says why.",
    )
