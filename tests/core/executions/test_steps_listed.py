"""Executions are listed page by page, filtered in the database."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, event

from core.errors import SignoffError
from core.executions import get, listing, record
from core.executions.annotations import annotate
from core.executions.grouping import EVERYTHING, OWN, Filters, steps
from core.executions.purpose import LOOK, NOISE, run_for
from core.store import Store
from tests.commands import signoff


@pytest.fixture
def filled(store: Store) -> Store:
    """Twelve imports, one of which failed; a retraining and a comparison of a page."""
    for _ in range(12):
        with record(store, "import", params={}, inputs={}):
            pass
    with pytest.raises(SignoffError), record(store, "import", params={}, inputs={}):
        raise SignoffError("no", "no")
    with run_for(NOISE), record(store, "train", params={}, inputs={}):
        pass
    with run_for(LOOK), record(store, "compare", params={}, inputs={}):
        pass
    return store


def numbers(store: Store, filters: Filters = OWN, *, start: int = 0, most: int) -> list[int]:
    return [
        group.execution.number for group in steps(store, filters, start=start, most=most).groups
    ]


def test_pages_follow_each_other_without_a_gap(filled: Store) -> None:
    whole = numbers(filled, most=100)
    assert whole == list(range(14, 0, -1)), (
        "the retraining stands alone, what a page showed does not"
    )
    assert steps(filled, most=1).total == 14
    assert [numbers(filled, start=at, most=5) for at in (0, 5, 10, 15)] == [
        whole[:5], whole[5:10], whole[10:], [],
    ]  # fmt: skip
    assert steps(filled, EVERYTHING, most=1).total == 15


def test_filters_are_those_of_the_page(filled: Store) -> None:
    annotate(filled, 3, note="Ünusual 50%_", add=["first"])
    assert numbers(filled, Filters(kinds=("train",)), most=9) == [14]
    assert numbers(filled, Filters(status="failed"), most=9) == [13]
    assert numbers(filled, Filters(status="running"), most=9) == []
    assert numbers(filled, Filters(text="#14"), most=9) == [14]
    for text in ("tag:first", "ÜNUSUAL", "50%_"):
        assert numbers(filled, Filters(text=text), most=9) == [3], text
    assert numbers(filled, Filters(text="tag:other"), most=9) == []
    assert numbers(filled, Filters(text="%"), most=9) == [3], "no wildcard"


def test_a_run_whose_process_is_gone_is_listed_as_interrupted(filled: Store) -> None:
    with record(filled, "import", params={}, inputs={}) as run:
        assert numbers(filled, Filters(status="running"), most=9) == [run.number]
        with patch("core.store.presence.Presence.is_alive", return_value=False):
            assert numbers(filled, Filters(status="running"), most=9) == []
            assert numbers(filled, Filters(status="interrupted"), most=9) == [run.number]
            (group,) = steps(filled, Filters(status="interrupted"), most=9).groups
            assert group.execution.status == "interrupted"


@pytest.fixture
def rows() -> Iterator[list[int]]:
    """How many rows of executions each whole-row query asks for: its LIMIT, 0 for none."""
    asked: list[int] = []

    def look(
        _c: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object
    ) -> None:
        if "executions.environment" in statement and "WHERE executions.status IN" not in statement:
            limited = "LIMIT" in statement
            asked.append(int(str(values[-2 if "OFFSET" in statement else -1])) if limited else 0)

    event.listen(Engine, "before_cursor_execute", look)
    yield asked
    event.remove(Engine, "before_cursor_execute", look)


def test_no_list_reads_more_executions_than_it_shows(filled: Store, rows: list[int]) -> None:
    listing(filled, limit=2)
    steps(filled, most=3)
    assert rows == [2, 3]


def test_the_command_says_that_there_are_more(filled: Store) -> None:
    said = signoff("executions", "list", "--limit", 3).out
    assert said.endswith("11 older ones are not shown. Use --limit to see more.\n")
    assert "#14" in said
    assert "#11" not in said
    assert "not shown" not in signoff("executions", "list").out
    assert len(signoff("executions", "list", "--limit", 3, "--json").json) == 3
    assert get(filled, 3).number == 3
