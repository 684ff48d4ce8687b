"""What the demo page reaches: who answers, and how much one visitor may ask.

Its own cache, beside ``dashboard/data.py``, which is the reviewers'.
"""

import logging
import math
import threading
import time
from datetime import timedelta

import streamlit as st
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import NotFoundError, RefusedError, SignoffError, UnavailableError
from core.serving.pool import Pool
from core.serving.suggest import Suggester, load_version
from core.settings import settings
from core.snapshots import find
from core.store import Store, open_store, releases
from core.training.train import of_execution
from dashboard import words

OF_A_SESSION = (RateLimitItemPerMinute(10),)
OF_A_NETWORK = (RateLimitItemPerMinute(60), RateLimitItemPerDay(1_000))
"""A school or an office may share one address."""
FOLLOW_SECONDS = 1.0
log = logging.getLogger("signoff.demo")


class Answering:
    """The versions that answer, brought up to date by visitors as they come.

    One of them at a time looks where the aliases point, and loads what they name; meanwhile the
    others are answered by what was there before. The very first ones wait.
    """

    def __init__(self, store: Store) -> None:
        self.pool = Pool(store, load=load)
        self._store, self._looking = store, threading.Lock()
        self._looked = -math.inf
        self._told: list[str] = []

    def follow(self) -> None:
        """Look, if nobody has within a second."""
        if time.monotonic() - self._looked < FOLLOW_SECONDS:
            return
        if not self._looking.acquire(blocking=math.isinf(self._looked)):
            return
        try:
            self.pool.follow()
            self._tell()
        except SignoffError:
            log.exception("the aliases cannot be read")
        finally:
            self._looked = time.monotonic()
            self._looking.release()

    def _tell(self) -> None:
        alarms = self.pool.alarms
        for alarm in alarms:
            if alarm not in self._told:
                log.error(alarm)
        self._told = alarms


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The workspace of this process."""
    return open_store(settings().home)


@st.cache_resource(show_spinner=False)
def answering() -> Answering:
    return Answering(store())


@st.cache_resource(show_spinner=False)
def limiter() -> MovingWindowRateLimiter:
    """Counts in memory: a demo page is one process."""
    return MovingWindowRateLimiter(MemoryStorage())


def suggester(caller: str) -> Suggester:
    """Who answers that caller: production, or the canary if they are of its share.

    Raises:
        UnavailableError: nobody can, said as the public may read it.
    """
    answering().follow()
    pool = answering().pool
    try:
        return pool.for_caller(caller).suggester
    except UnavailableError:
        if pool.alarms:
            raise UnavailableError(
                "The model cannot be loaded at the moment",
                "Those who run this page can see why. Please come back later.",
            ) from None
        raise UnavailableError(
            "No version is in production yet", "This page answers as soon as one is."
        ) from None


def shadow() -> Suggester | None:
    """Who is asked too, for the record."""
    return answering().pool.shadow


def learned_from_generated(version: str) -> bool:
    """Whether a version knows posts only that were made for the demonstration."""
    model = of_execution(store(), _candidate(store(), version))
    return find(store(), model.snapshot).generated


def load(store: Store, version: str) -> Suggester:
    """The verified model of a version.

    In this process: one beside it would begin by running the page, as Python's main module.
    """
    return load_version(store, version, _candidate(store, version))


def admit(session: str, network: str) -> None:
    """Count that a visitor asks.

    Raises:
        RefusedError: too often, by this session or from this network.
    """
    _count(OF_A_SESSION, "session", session, who="you")
    _count(OF_A_NETWORK, "network", network, who="you and others from your network")


def _count(items: tuple[RateLimitItem, ...], kind: str, name: str, *, who: str) -> None:
    for item in items:
        if not limiter().hit(item, kind, name):
            reset, _ = limiter().get_window_stats(item, kind, name)
            raise RefusedError(
                f"That is more than {item.amount:,} posts a {item.GRANULARITY.name} from {who}",
                f"What you wrote stays here: press the button again in {_wait(reset)}.",
            )


def _wait(until: float) -> str:
    left = timedelta(seconds=max(1, math.ceil(until - time.time())))
    for unit, length in (("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if left > length:
            return words.count(math.ceil(left / length), unit)
    return words.count(left.seconds, "second")


def _candidate(store: Store, version: str) -> int:
    with store.read() as session:
        found = releases.version(session, version)
    if found is None:
        raise NotFoundError(f"There is no version {version[:50]!r}", "signoff alias list.")
    return found.candidate
