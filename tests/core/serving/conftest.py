"""A workspace with versions in production and beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.release import aliases
from core.store import Store, open_store
from tests import decisions
from tests.conftest import Road, opened
from tests.factories import by, set_policy
from tests.workspaces import copied, once


@dataclass(frozen=True, slots=True)
class Served:
    """``old`` stands in production, ``new`` is approved too."""

    road: Road
    old: str
    new: str

    @property
    def store(self) -> Store:
        return self.road.store

    def move(self, alias: str, version: str) -> None:
        """Bob moves it, from wherever it is."""
        with by("bob"):
            now = aliases.current(self.store).get(alias)
            aliases.move(self.store, alias, version, expected=now)

    def clear(self, alias: str) -> None:
        with by("bob"):
            aliases.clear(self.store, alias)

    def canary(self, share: float) -> None:
        with by("bob"):
            aliases.set_canary(self.store, self.new, share=share)


def made_once(trained: Path, factory: pytest.TempPathFactory) -> Path:
    """The workspace that :func:`served` copies."""

    def release(made: Path) -> None:
        store = open_store(copied(trained, made))
        set_policy(store)
        decisions.released(store, 3)
        decisions.approved(store, 5)
        store.engine.dispose()

    return once(factory, "served", release)


@contextmanager
def served_from(home: Path) -> Iterator[Served]:
    """A copy of :func:`made_once`."""
    with opened(home) as road:
        versions = {made.candidate: made.version for made in aliases.versions(road.store)}
        yield Served(road, versions[3], versions[5])


@pytest.fixture
def served(trained: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For one test."""
    copied(made_once(trained, tmp_path_factory), home)
    with served_from(home) as it:
        yield it
