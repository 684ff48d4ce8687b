"""Long work of pages, seen and cancelled at the command line."""

import pytest

from core import jobs
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.jobs import starting
from core.jobs.kinds import CHECK
from core.jobs.reports import Reporter
from core.store import Store
from tests.commands import assert_refused, signoff
from tests.factories import by
from tests.working import runs_here, work_off

BOB = Actor("bob@example.com", Way.SIGNED_IN)


@pytest.fixture
def job(store: Store, monkeypatch: pytest.MonkeyPatch) -> jobs.Job:
    """Bob has asked on a page, and Carol joined him."""
    monkeypatch.setattr(starting, "start", lambda _store: None)
    members.grant(store, BOB.name, Role.REVIEWER)
    with acting_as(BOB):
        jobs.ask(store, CHECK, {"posts": 1}, page="Data")
    with by("carol"):
        return jobs.ask(store, CHECK, {"posts": 1}, page="Data")


def test_without_jobs_that_is_said(store: Store) -> None:
    assert "Nothing runs and nothing waits" in signoff("jobs", "list").out
    assert "No page has asked" in signoff("jobs", "list", "--all").out
    assert signoff("jobs", "list", "--json").json == []


def test_what_runs_is_shown_with_who_asked_and_how_far_it_is(store: Store, job: jobs.Job) -> None:
    assert "waiting" in signoff("jobs", "list").out
    Reporter(store, runs_here(store, job))("Reading posts", 450, 1000)
    (line,) = signoff("jobs", "list").out.splitlines()[1:]
    for told in ("1", "running", "checking the data", "bob@example.com, carol", "Data", "45%"):
        assert told in line
    (found,) = signoff("jobs", "list", "--json").json
    assert found["job"] == 1
    assert (found["status"], found["by"], found["joined"]) == ("running", BOB.name, ["carol"])
    assert (found["step"], found["share"]) == ("Reading posts", 0.45)
    assert found["asked_at"].endswith("+00:00")


def test_one_that_waits_is_cancelled_at_once_and_listed_among_all(
    store: Store, job: jobs.Job
) -> None:
    told = signoff("jobs", "cancel", 1)
    assert told.out.strip() == "Job 1 (checking the data) was cancelled by ada."
    assert "Nothing runs" in signoff("jobs", "list").out
    assert "cancelled by ada" in signoff("jobs", "list", "--all").out
    assert signoff("jobs", "cancel", 1, "--json").json["status"] == "cancelled"


def test_one_that_runs_is_asked_to_end(store: Store, job: jobs.Job) -> None:
    runs_here(store, job)
    found = signoff("jobs", "cancel", 1, "--json").json
    assert (found["status"], found["cancelled_by"]) == ("running", "ada")
    assert "will end within seconds" in signoff("jobs", "cancel", 1).out


def test_one_that_has_ended_stays_as_it_is(store: Store, job: jobs.Job) -> None:
    work_off(store)
    status = jobs.get(store, job.number).status
    assert f"had ended before: {status}" in signoff("jobs", "cancel", 1).out
    assert status in signoff("jobs", "list", "--all").out


def test_one_that_is_not_there(store: Store) -> None:
    told = signoff("jobs", "cancel", 7)
    assert_refused(told, "There is no job 7")
    assert "signoff jobs list --all" in told.err
