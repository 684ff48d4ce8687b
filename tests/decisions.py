"""Candidates brought along their way, for tests of what comes after."""

from core.release import aliases, candidates, openings
from core.release.adoption import read_policy
from core.release.budget import Budget
from core.release.check import Check, of_candidate
from core.release.events import PRODUCTION
from core.release.review import approve, propose
from core.snapshots import find
from core.store import Store
from tests.factories import by


def approved(store: Store, number: int) -> str:
    """Ada proposes it and bob approves; its version."""
    with by("ada"):
        propose(store, number)
    with by("bob"):
        version = approve(store, number, comment="fine").version
    assert version is not None
    return version


def check_of(store: Store, number: int) -> Check:
    """The gates of a candidate as they are judged now."""
    with store.read() as session:
        return of_candidate(store, session, candidates.find(session, number))


def budget_of(store: Store, snapshot: str) -> Budget:
    """What the sealed test of that snapshot can still judge."""
    with store.read() as session:
        return openings.budget(session, find(store, snapshot), read_policy(store))


def released(store: Store, number: int) -> str:
    """The same, and bob moves production to it."""
    version = approved(store, number)
    with by("bob"):
        aliases.move(store, PRODUCTION, version, expected=aliases.current(store).get(PRODUCTION))
    return version
