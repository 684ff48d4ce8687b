"""Workspaces on the way to a release: made once, copied for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.release import aliases
from core.release.openings import open_test
from core.release.review import approve, propose
from core.store import Store, open_store
from tests.factories import CAREFUL, by, set_policy
from tests.workspaces import copied


@dataclass(frozen=True)
class Ready:
    """Workspaces of a careful policy. In each #3 is in production, as ``versions[0]``.

    ``proposed``: ada has proposed #5. ``tested``: and opened its test, whose evidence has the
    digest ``shown``. ``approved``: and bob approved it, as ``versions[1]``.
    """

    proposed: Path
    tested: Path
    approved: Path
    shown: str
    versions: tuple[str, str]


@pytest.fixture(scope="session")
def ready(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    folder = tmp_path_factory.mktemp("ready")
    store = open_store(copied(trained, folder / "at work"))
    set_policy(store, CAREFUL)
    with by("ada"):
        propose(store, 3)
        open_test(store, 3, reason="first")
    first = _approve(store, 3)
    with by("bob"):
        for alias in ("staging", "production"):
            aliases.move(store, alias, first, expected=None)
    with by("ada"):
        propose(store, 5)
        proposed = _keep(store, folder / "proposed")
        result = open_test(store, 5, reason="next").result
        assert result is not None
    tested = _keep(store, folder / "tested")
    second = _approve(store, 5)
    approved = _keep(store, folder / "approved")
    return Ready(proposed, tested, approved, str(result.shown), (first, second))


@pytest.fixture
def proposed(ready: Ready, home: Path) -> Iterator[Store]:
    yield from _opened(ready.proposed, home)


@pytest.fixture
def tested(ready: Ready, home: Path) -> Iterator[Store]:
    yield from _opened(ready.tested, home)


@pytest.fixture
def approved(ready: Ready, home: Path) -> Iterator[Store]:
    yield from _opened(ready.approved, home)


def _approve(store: Store, number: int) -> str:
    with by("bob"):
        return str(approve(store, number, comment="fine").version)


def _keep(store: Store, home: Path) -> Path:
    """A copy of the workspace as it is now."""
    store.engine.dispose()
    return copied(store.home, home)


def _opened(kept: Path, home: Path) -> Iterator[Store]:
    store = open_store(copied(kept, home))
    yield store
    store.engine.dispose()
