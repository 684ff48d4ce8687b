"""Events are appended and never changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.release import history
from core.store import releases as table
from core.store.writing import write
from tests.conftest import Road
from tests.factories import make_event


def test_an_event_comes_back_as_it_was_written(road: Road) -> None:
    event = make_event("proposed", candidate=3, comment="“quoted”\nand more")
    with write(road.store) as session:
        history.append(session, event)
    with road.store.read() as session:
        (found,) = history.of_candidate(session, 3)
    assert found == make_event("proposed", candidate=3, comment=event.comment, id=found.id)
    assert found.id > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE release_events SET comment = 'other'",
        "DELETE FROM release_events",
        "REPLACE INTO release_events SELECT * FROM release_events",
    ],
)
def test_no_statement_changes_or_deletes_an_event(road: Road, statement: str) -> None:
    with write(road.store) as session:
        history.append(session, make_event("proposed", candidate=3))
    with road.store.read() as session:
        before = history.events(session)
    with pytest.raises(IntegrityError, match="append-only"), write(road.store) as session:
        session.execute(text(statement))
    with road.store.read() as session:
        assert history.events(session) == before


def test_an_event_of_no_candidate_is_refused(road: Road) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), write(road.store) as session:
        history.append(session, make_event("proposed", candidate=99))


def test_a_candidate_gets_one_version(road: Road) -> None:
    at = make_event("proposed").at
    with write(road.store) as session:
        table.next_version(session, at=at, candidate=3)
    with pytest.raises(IntegrityError, match="UNIQUE"), write(road.store) as session:
        table.next_version(session, at=at, candidate=3)
