"""Long work of pages, attacked: killed, asked for twice, cancelled, without its right."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from core import audit, jobs
from core.access import members
from core.access.identity import Actor, Role, Way, acting_as
from core.executions import listing
from core.jobs import Job, kinds, queue, starting, worker
from core.jobs.kinds import OPEN
from core.quality import check as quality
from core.release import candidates, openings, review
from core.snapshots import find
from core.store import Store, open_store
from core.store import jobs as jobs_table
from tests.commands import race
from tests.conftest import Road
from tests.decisions import budget_of
from tests.factories import CAREFUL, by, set_policy
from tests.faults import Work, parts
from tests.working import OPENED, TESTING, ended, killed, set_row, stopped, waited, work_off
from tests.workspaces import copied

pytestmark = pytest.mark.slow

BOB = Actor("bob@example.com", Way.SIGNED_IN)


@pytest.fixture
def store(road: Road) -> Iterator[Store]:
    """Ada has proposed #5; nothing is in production."""
    set_policy(road.store, CAREFUL)
    review.propose(road.store, 5)
    yield road.store
    with road.store.read() as session:
        left = jobs_table.under_way(session)
    for job in left:
        jobs.cancel(road.store, job.number)


def ask(store: Store, *, reason: str = "Time to know.") -> Job:
    inputs = kinds.opening(5, find(store, "small").digest, reason=reason)
    return jobs.ask(store, OPEN, inputs, page="Release")


def events(store: Store) -> list[tuple[str, str]]:
    return [(event.kind, event.by) for event in candidates.get(store, 5).events[1:]]


def finish(store: Store, *, by_whom: str = "ada") -> None:
    """The test is finished as the page offers it, and counts once."""
    assert openings.last_of(candidates.get(store, 5)).state == "unfinished"  # type: ignore[union-attr]
    with by(by_whom):
        again = ask(store, reason="")
    assert ended(store, again).status == jobs.SUCCEEDED
    assert [kind for kind, _ in events(store)] == ["opened", "tested"]
    assert budget_of(store, "small").used == 1
    assert audit.verify(store).broken is None


@pytest.mark.parametrize("at", [OPENED, TESTING])
def test_a_killed_worker_leaves_an_opening_that_is_finished_and_counts_once(
    store: Store, at: str
) -> None:
    job = ask(store)
    with stopped(store, at) as process:
        killed(process)
    seen = jobs.get(store, job.number)
    assert (seen.status, seen.cancelled_by) == (jobs.INTERRUPTED, None)
    assert "killed" in str(seen.error)
    finish(store)


def test_a_worker_that_is_killed_before_it_begins_has_opened_nothing(store: Store) -> None:
    job = ask(store)
    begun = "select count(*) from jobs where status = 'running'"
    with stopped(store, begun) as process:
        killed(process)
    assert jobs.get(store, job.number).status == jobs.INTERRUPTED
    assert events(store) == []
    assert ended(store, ask(store)).status == jobs.SUCCEEDED
    assert budget_of(store, "small").used == 1


def test_the_work_outlives_the_server_that_asked_for_it(store: Store) -> None:
    """The server and all that shares its session are killed, as by Ctrl-C in its terminal or the
    end of a login; the work goes on.
    """
    asks = f"""
import time
from core import jobs
from core.jobs import kinds
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)
inputs = kinds.opening(5, {find(store, "small").digest!r}, reason="Time to know.")
print(jobs.ask(store, "open", inputs, page="Release").number, flush=True)
time.sleep(600)
"""
    words = [sys.executable, "-c", asks]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        assert server.stdout is not None
        job = jobs.get(store, int(server.stdout.readline()))
        with stopped(store, TESTING):
            os.killpg(server.pid, signal.SIGINT)
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    assert ended(store, job).status == jobs.SUCCEEDED
    assert events(store) == [("opened", "ada"), ("tested", "ada")]


def test_tabs_that_ask_at_once_start_one_opening(store: Store) -> None:
    prepare = f"""
from core import jobs
from core.jobs import kinds
from core.settings import settings
from core.store import open_store
store = open_store(settings().home)
inputs = kinds.opening(5, {find(store, "small").digest!r}, reason="Time to know.")"""
    act = """
print(jobs.ask(store, "open", inputs, page="Release").number)"""
    numbers = race(prepare, act, processes=4)
    assert len(set(numbers)) == 1
    assert ended(store, jobs.get(store, int(numbers[0]))).status == jobs.SUCCEEDED
    assert [kind for kind, _ in events(store)] == ["opened", "tested"]


def test_a_second_tab_finds_the_work_that_runs_and_starts_nothing(store: Store) -> None:
    job = ask(store)
    with stopped(store, TESTING):
        with by("carol"):
            assert ask(store, reason="Another reason.").number == job.number
    assert ended(store, job).status == jobs.SUCCEEDED
    assert events(store) == [("opened", "ada"), ("tested", "ada")]


def test_cancelling_ends_the_process_says_who_and_takes_nothing_back(store: Store) -> None:
    job = ask(store)
    with stopped(store, TESTING):
        with by("carol"):
            assert jobs.cancel(store, job.number).under_way
        time.sleep(2 * worker._EVERY)  # so that it looks at once when it goes on
    seen = ended(store, job)
    assert (seen.status, seen.cancelled_by) == (jobs.CANCELLED, "carol")
    (run,) = listing(store, kinds=("test",))
    assert (run.status, run.error) == ("interrupted", "Cancelled by carol.")
    assert budget_of(store, "small").used == 1
    finish(store)


def test_one_killed_after_it_was_cancelled_is_cancelled(store: Store) -> None:
    job = ask(store)
    with stopped(store, TESTING) as process:
        jobs.cancel(store, job.number)
        killed(process)
    seen = jobs.get(store, job.number)
    assert (seen.status, seen.cancelled_by) == (jobs.CANCELLED, "ada")
    finish(store)


def test_a_worker_that_goes_on_after_it_was_given_up_writes_nothing_more(store: Store) -> None:
    """Such as on a machine that was suspended: the queue has gone on without it."""
    job = ask(store)
    with stopped(store, TESTING) as process:
        asked = jobs.cancel(store, job.number)
        assert asked.cancelled_at is not None
        set_row(store, job, cancelled_at=asked.cancelled_at - timedelta(minutes=2))
        inputs = kinds.check(quality.holdings(store))
        behind = jobs.ask(store, kinds.CHECK, inputs, page="Data")
        assert ended(store, behind).status == jobs.SUCCEEDED
        seen = jobs.get(store, job.number)
        assert (seen.status, seen.cancelled_by) == (jobs.CANCELLED, "ada")
    waited(lambda: psutil.pid_exists(process), lambda there: not there)
    assert jobs.get(store, job.number) == seen
    assert events(store) == [("opened", "ada")]
    assert [run.status for run in listing(store, kinds=("test",))] == ["interrupted"]
    finish(store)


def test_who_loses_the_role_while_it_waits_opens_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    members.grant(store, BOB.name, Role.REVIEWER)
    with monkeypatch.context() as patched, acting_as(BOB):
        patched.setattr(starting, "start", lambda _store: None)
        job = ask(store)
    members.withdraw(store, BOB.name)
    queue.keep_going(store)
    seen = ended(store, job)
    assert seen.status == jobs.FAILED
    assert "bob@example.com cannot open a sealed test" in str(seen.error)
    assert events(store) == []
    assert listing(store, kinds=("test",)) == []


def test_who_loses_the_role_midway_gets_no_result_and_somebody_else_finishes(store: Store) -> None:
    members.grant(store, BOB.name, Role.REVIEWER)
    with acting_as(BOB):
        job = ask(store)
    with stopped(store, TESTING):
        members.withdraw(store, BOB.name)
    assert ended(store, job).status == jobs.FAILED
    assert events(store) == [("opened", BOB.name)]
    finish(store, by_whom="carol")


def test_what_waits_behind_a_killed_worker_is_done_once_somebody_looks(store: Store) -> None:
    ask(store)
    with stopped(store, TESTING) as process:
        inputs = kinds.check(quality.holdings(store))
        behind = jobs.ask(store, kinds.CHECK, inputs, page="Data")
        killed(process)
    assert jobs.get(store, behind.number).status == jobs.WAITING

    def looked() -> Job:
        queue.keep_going(store)
        return jobs.get(store, behind.number)

    assert waited(looked, lambda job: not job.under_way).status == jobs.SUCCEEDED


PARTS = 4
"""Each of the tests tries every fourth step."""
WORK = Work(work_off, calls=[(openings, "unseal"), (openings, "evaluate_unsealed"), (queue, "end")])


@pytest.fixture(scope="module")
def waiting(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which an opening waits to be worked off."""
    home = copied(trained, tmp_path_factory.mktemp("waiting") / "workspace")
    store = open_store(home)
    set_policy(store, CAREFUL)
    with pytest.MonkeyPatch.context() as patched, by("ada"):
        patched.setattr(starting, "start", lambda _store: None)
        review.propose(store, 5)
        ask(store)
    store.engine.dispose()
    return home


@parts(PARTS)
def test_killed_at_any_step_the_work_is_asked_for_again_and_looks_once(
    waiting: Path, tmp_path: Path, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "start", lambda _store: None)
    moment, seen = part, set[str]()
    while True:
        moment += 1 if moment == part else PARTS
        home = copied(waiting, tmp_path / str(moment))
        was_killed = WORK.killed(home, tmp_path / "told", at=moment)
        store = open_store(home)
        status = jobs.get(store, 1).status
        seen.add(status)
        assert status == jobs.SUCCEEDED or was_killed
        if status == jobs.INTERRUPTED and [kind for kind, _ in events(store)][-1:] != ["tested"]:
            assert ask(store, reason="Time to know.").number == 2
        work_off(store)
        assert [kind for kind, _ in events(store)] == ["opened", "tested"]
        assert budget_of(store, "small").used == 1
        assert audit.verify(store).broken is None
        assert {run.status for run in listing(store)} <= {"succeeded", "interrupted"}
        store.engine.dispose()
        shutil.rmtree(home)
        if not was_killed:
            break
    assert seen <= {jobs.WAITING, jobs.INTERRUPTED, jobs.SUCCEEDED}
    assert {jobs.INTERRUPTED, jobs.SUCCEEDED} <= seen
