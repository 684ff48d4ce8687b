"""Workspaces on the way to a release: made once, copied for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.release import aliases, candidates
from core.release.openings import open_test
from core.release.review import approve, propose
from core.store import Store, open_store
from tests.factories import CAREFUL, by, set_policy
from tests.workspaces import copied, once


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
    folder = once(tmp_path_factory, "ready", lambda made: _walk(trained, made))
    store = open_store(copied(folder / "approved", tmp_path_factory.mktemp("ready") / "read"))
    versions = {made.candidate: made.version for made in aliases.versions(store)}
    result = candidates.get(store, 5).result
    store.engine.dispose()
    assert result is not None
    return Ready(
        proposed=folder / "proposed",
        tested=folder / "tested",
        approved=folder / "approved",
        shown=str(result.shown),
        versions=(versions[3], versions[5]),
    )


def _walk(trained: Path, folder: Path) -> None:
    folder.mkdir()
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
        _keep(store, folder / "proposed")
        open_test(store, 5, reason="next")
    _keep(store, folder / "tested")
    _approve(store, 5)
    _keep(store, folder / "approved")


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


def _keep(store: Store, home: Path) -> None:
    """A copy of the workspace as it is now."""
    store.engine.dispose()
    copied(store.home, home)


def _opened(kept: Path, home: Path) -> Iterator[Store]:
    store = open_store(copied(kept, home))
    yield store
    store.engine.dispose()
