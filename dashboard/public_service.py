"""What the demo page reaches: who answers, and how much one visitor may ask.

Its own cache, apart from ``dashboard/data.py``, which is the reviewers'.
"""

import atexit
import logging
import math
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import streamlit as st

from core.allowance import DAY, MINUTE, Allowance
from core.errors import InputError, NotFoundError, RefusedError, SignoffError, UnavailableError
from core.feedback import submissions
from core.feedback.retention import erase_overdue
from core.feedback.submissions import Sent
from core.release import aliases
from core.serving.counts import Counts
from core.serving.heartbeat import Heartbeat
from core.serving.log import log_lines
from core.serving.model import Suggestion
from core.serving.pool import Pool
from core.serving.servers import register, url
from core.serving.suggest import Suggester
from core.settings import settings
from core.snapshots import find
from core.store import Store, existing_store
from core.text import Post
from core.training.train import of_execution
from dashboard import words

OF_A_SESSION = {"minute": 10}
OF_A_NETWORK = {"minute": 60, "day": 1_000}
"""Posts. A school or an office may share one address."""
_SPANS = {"minute": MINUTE, "day": DAY}
log = logging.getLogger("signoff.demo")


@dataclass(frozen=True, slots=True)
class Answering:
    """The versions that answer, how often they did, and what keeps both up to date."""

    pool: Pool
    counts: Counts
    heartbeat: Heartbeat
    behind: ThreadPoolExecutor
    """Asks the shadow, behind everybody else."""

    def close(self) -> None:
        """The last sign of life."""
        atexit.unregister(self.close)
        self.behind.shutdown(wait=False, cancel_futures=True)
        self.heartbeat.close()


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The workspace of this process."""
    return existing_store(settings().home)


@st.cache_resource(show_spinner="The model is being loaded", on_release=Answering.close)
def answering() -> Answering:
    """Of this process. The first visitors wait until it can answer, nobody after them."""
    log_lines()
    pool, counts = Pool(store()), Counts()
    address, port = st.get_option("server.address"), st.get_option("server.port")
    registration = register(store(), url(address or socket.gethostname(), port))
    heartbeat = Heartbeat(pool, registration, counts, chore=erase_overdue)
    service = Answering(pool, counts, heartbeat, ThreadPoolExecutor(1, thread_name_prefix="shadow"))
    atexit.register(service.close)
    service.heartbeat.start()
    return service


@st.cache_resource(show_spinner=False)
def allowance(kind: str, unit: str, most: int) -> Allowance:
    """Counts in memory: a demo page is one process."""
    return Allowance(most, seconds=_SPANS[unit])


def suggester(caller: str) -> Suggester:
    """Who answers that caller: production, or the canary if they are of its share.

    Raises:
        UnavailableError: nobody can, said as the public may read it.
    """
    pool = answering().pool
    try:
        return pool.for_caller(caller).suggester
    except UnavailableError:
        if pool.alarms:
            raise UnavailableError(
                "The model cannot be loaded at the moment",
                "The people who run this page can see why. Please come back later.",
            ) from None
        raise UnavailableError(
            "No version answers here yet", "This page starts working when a version is released."
        ) from None


def ask(suggester: Suggester, post: Post) -> list[Suggestion]:
    """What that version suggests; whether it could is counted.

    Raises:
        InputError: neither title nor text says anything.
        UnavailableError: it cannot answer, said as the public may read it.
    """
    counts = answering().counts
    try:
        suggestions = suggester.suggest(*post)
    except InputError:
        raise  # no fault of the version
    except SignoffError as error:
        counts.failed(suggester.version)
        log.exception("a visitor's request failed")
        raise UnavailableError(
            "Something went wrong on our side",
            "Please press the button again in a moment.",
        ) from error
    counts.answered(suggester.version)
    return suggestions


def cast_shadow(sent: Sent, submission: str) -> None:
    """Have the shadow asked too, for the record; no visitor waits for it."""
    shadow = answering().pool.shadow
    if shadow is not None and shadow.version != sent.version:
        answering().behind.submit(_keep_shadow, store(), shadow, sent, submission)


def _keep_shadow(store: Store, shadow: Suggester, sent: Sent, submission: str) -> None:
    try:
        suggestions = shadow.suggest(sent.title, sent.body, sent.domain)
        twin = replace(
            sent, version=shadow.version, suggestions=suggestions, source="shadow", twin=submission
        )
        submissions.keep(store, [twin])
    except SignoffError:
        log.exception("the shadow received no request")


def learned_from_generated(version: str) -> bool:
    """Whether a version knows posts only that were made for the demonstration."""
    model = of_execution(store(), _candidate(store(), version))
    return find(store(), model.snapshot).generated


def admit(session: str, network: str) -> None:
    """Count that a visitor asks.

    Raises:
        RefusedError: too often, by this session or from this network.
    """
    _count(OF_A_SESSION, "session", session, who="you")
    _count(OF_A_NETWORK, "network", network, who="you and others on your network")


def _count(limits: Mapping[str, int], kind: str, name: str, *, who: str) -> None:
    for unit, most in limits.items():
        if wait := allowance(kind, unit, most).take(name):
            raise RefusedError(
                f"That is more than {most:,} posts per {unit} from {who}",
                f"Your text stays here. Press the button again in {_wait(wait)}.",
            )


def _wait(seconds: float) -> str:
    left = timedelta(seconds=max(1, math.ceil(seconds)))
    for unit, length in (("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if left > length:
            return words.count(math.ceil(left / length), unit)
    return words.count(left.seconds, "second")


def _candidate(store: Store, version: str) -> int:
    try:
        return aliases.find(store, version).candidate
    except NotFoundError:
        raise NotFoundError(
            f"There is no version {version[:50]!r}", "Choose another version."
        ) from None
