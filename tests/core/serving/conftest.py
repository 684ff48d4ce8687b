"""A workspace with versions in production and beside it."""

from dataclasses import dataclass

import pytest

from core.release import aliases
from core.store import Store
from tests import decisions
from tests.conftest import Road
from tests.factories import by, set_policy


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


@pytest.fixture
def served(road: Road) -> Served:
    set_policy(road.store)
    old = decisions.released(road.store, 3)
    return Served(road, old, decisions.approved(road.store, 5))
