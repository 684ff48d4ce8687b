"""A case is of one moment, whatever others write while it is read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.release import aliases, case
from core.release.candidates import Candidate
from core.release.check import Check, of_candidate
from core.store import Store, open_store
from tests.core.release.conftest import Ready
from tests.factories import by


@pytest.fixture
def approved(ready: Ready, home: Path) -> Iterator[Store]:
    opened = open_store(shutil.copytree(ready.approved, home / "approved"))
    yield opened
    opened.engine.dispose()


def test_what_others_write_meanwhile_is_not_half_seen(
    approved: Store, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ready.versions

    def release_first(store: Store, session: Session, candidate: Candidate) -> Check:
        with by("cy"):
            for alias in ("staging", "production"):
                aliases.move(store, alias, second, expected=first)
        return of_candidate(store, session, candidate)

    before = case.read(approved, 5)
    monkeypatch.setattr(case, "of_candidate", release_first)
    assert case.read(approved, 5) == before
    monkeypatch.undo()
    after = case.read(approved, 5)
    assert after.production is not None
    assert (after.production.version, after.names["production"]) == (second, second)
    assert (before.candidate.state, after.candidate.state) == ("approved", "released")


def test_a_case_is_read_in_one_transaction(approved: Store) -> None:
    begun: list[object] = []
    event.listen(approved.engine, "begin", begun.append)
    case.read(approved, 5)
    assert len(begun) == 1
