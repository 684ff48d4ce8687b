"""What a page asks for is recorded in words that tell what was asked, and looking is no step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core import jobs
from core.executions import get, listing, record
from core.executions.grouping import steps
from core.executions.purpose import LOOK
from core.jobs import starting, worker
from core.jobs.kinds import AGREE, CHECK, COMPARE, DRIFT, KINDS, OPEN, PROPOSE
from core.store import Store
from tests.conftest import Road
from tests.working import work_off

KINDS_OF_STEPS = ("train", "evaluate", "compare", "noise", "tune", "test", "check", "import")


def inputs_of(road: Road, kind: str) -> Mapping[str, Any]:
    sides = (road.baseline.execution, road.candidate.execution)
    return {
        OPEN: {"candidate": sides[1], "snapshot": road.snapshot.digest, "reason": "why"},
        COMPARE: {"baseline": sides[0] + 1, "candidate": sides[1] + 1, "chosen": list(sides)},
        CHECK: {"posts": 1},
        PROPOSE: {"candidate": sides[1], "note": "why"},
        DRIFT: {"version": "20260531.1"},
        AGREE: {"baseline": sides[0], "candidate": sides[1]},
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_job_records_names_no_server_and_no_interpreter(
    road: Road, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    made: list[int] = []

    def work(store: Store, *_: object) -> None:
        for step in KINDS_OF_STEPS:
            with record(store, step, params={}, inputs={}) as run:
                made.append(run.number)

    replaced = replace(KINDS[kind], work=work, check=lambda *_: None)
    monkeypatch.setattr(worker, "KINDS", {**KINDS, kind: replaced})
    monkeypatch.setattr(jobs.queue, "KINDS", {**KINDS, kind: replaced}, raising=False)
    monkeypatch.setattr(starting, "start", work_off)
    jobs.ask(road.store, kind, inputs_of(road, kind), page="Compare")
    assert len(made) == len(KINDS_OF_STEPS)
    command = str(KINDS[kind].command(road.store, inputs_of(road, kind)))
    for number in made:
        run = get(road.store, number)
        assert run.command == f"{command.removeprefix('signoff ')} (on the page Compare)"
        assert not any(word in run.command for word in ("/", "python", "streamlit", "multiproc"))
        assert run.purpose == (LOOK if kind == COMPARE else None)


def test_a_comparison_that_a_page_shows_is_kept_and_is_no_step(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {group.execution.number for group in steps(road.store, most=100).groups}
    monkeypatch.setattr(starting, "start", work_off)
    jobs.ask(road.store, COMPARE, inputs_of(road, COMPARE), page="Compare")
    (made,) = listing(road.store, kinds=["compare"])
    assert made.status == "succeeded"
    assert made.purpose == LOOK
    assert {group.execution.number for group in steps(road.store, most=100).groups} == before
