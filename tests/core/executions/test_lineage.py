"""Which executions stand next to one another."""

from core.executions import get, record
from core.executions.lineage import neighbours
from tests.conftest import Road


def test_what_was_made_leads_to_what_read_it(road: Road) -> None:
    found = neighbours(road.store, get(road.store, 4))
    assert [execution.number for execution in found.before] == [3, 2]


def test_a_step_whose_output_is_no_digest_is_nobodys_neighbour(road: Road) -> None:
    """Rotating the key puts out which file took the place of which."""
    with record(road.store, "rotate", params={}, inputs={}) as run:
        run.outputs = {"files": {"a": "b"}}
    found = neighbours(road.store, get(road.store, 4))
    assert [execution.number for execution in found.after] == []
