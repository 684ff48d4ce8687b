"""Candidates brought along their way, for tests of what comes after."""

from core.release import aliases
from core.release.events import PRODUCTION
from core.release.review import approve, propose
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


def released(store: Store, number: int) -> str:
    """The same, and bob moves production to it."""
    version = approved(store, number)
    with by("bob"):
        aliases.move(store, PRODUCTION, version, expected=aliases.current(store).get(PRODUCTION))
    return version
