"""The demo's waiting candidate, brought along its way by people of the command line."""

from pathlib import Path

from core.release import candidates, openings, review
from core.release.policy import FILE
from core.release.states import CandidateState
from core.store import Store, open_store
from tests.demo_workspace import WAITING, brought
from tests.factories import by, set_policy


def opened(store: Store) -> None:
    """Grace has opened its sealed test."""
    brought(store.home, "opened", _open)


def approved(store: Store) -> str:
    """And approved it; its version."""
    brought(store.home, "approved", _approve)
    version = candidates.get(store, WAITING).version
    assert version is not None
    return version


def open_test(store: Store) -> None:
    """Grace opens its sealed test."""
    with by("grace"):
        openings.open_test(store, WAITING, reason="Time to know.")


def _open(home: Path) -> None:
    store = open_store(home)
    open_test(store)
    store.engine.dispose()


def _approve(home: Path) -> None:
    store = open_store(home)
    if candidates.get(store, WAITING).state == CandidateState.PROPOSED:
        open_test(store)
    with by("grace"):
        review.approve(store, WAITING, comment="Knows the election.")
    store.engine.dispose()


def policy(store: Store, line: str, instead: str) -> None:
    """Change a line of the demo's policy, and have two people adopt it."""
    text = (store.home / FILE).read_text()
    assert line in text
    set_policy(store, text.replace(line, instead))
