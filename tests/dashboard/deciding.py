"""The demo's waiting candidate, brought along its way by people of the command line."""

from core.release import openings, review
from core.release.policy import FILE
from core.store import Store
from tests.demo_workspace import WAITING
from tests.factories import by


def opened(store: Store) -> None:
    """Grace opens its sealed test."""
    with by("grace"):
        openings.open_test(store, WAITING, reason="Time to know.")


def approved(store: Store) -> str:
    """And approves it; its version."""
    opened(store)
    with by("grace"):
        version = review.approve(store, WAITING, comment="Knows the election.").version
    assert version is not None
    return version


def policy(store: Store, line: str, instead: str) -> None:
    """Change a line of the demo's policy."""
    path = store.home / FILE
    text = path.read_text()
    assert line in text
    path.write_text(text.replace(line, instead))
