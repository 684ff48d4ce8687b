"""Long work that pages ask for: once, in order, by who may, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from core import jobs
from core.access import members
from core.access.identity import NOBODY, Actor, Role, Way, acting_as
from core.comparison import compare as comparing
from core.errors import InputError, NotFoundError, RefusedError
from core.executions import listing
from core.jobs import kinds, queue, starting
from core.jobs.kinds import CHECK, COMPARE, OPEN
from core.quality import check as quality
from core.release import candidates, openings, review
from core.store import Store, open_store
from tests.conftest import Road
from tests.factories import CAREFUL, by, fill, make_post, set_policy
from tests.working import GONE, runs_here, runs_in, set_row, work_off
from tests.workspaces import make_older

BOB = Actor("bob@example.com", Way.SIGNED_IN)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """How often a process was started; none is: tests work the queue off themselves."""
    found: list[Store] = []
    monkeypatch.setattr(starting, "start", found.append)
    return found


@pytest.fixture
def store(road: Road) -> Store:
    """Ada has proposed #5; nothing is in production."""
    set_policy(road.store, CAREFUL)
    review.propose(road.store, 5)
    return road.store


def pair(store: Store) -> dict[str, Any]:
    return kinds.comparison(store, comparing.pair(store, 3, 5), (3, 5))


def opening(store: Store, *, reason: str = "Time to know.") -> dict[str, Any]:
    candidate = candidates.get(store, 5)
    with store.read() as session:
        snapshot = openings.snapshots.listing(session)[0].digest
    return kinds.opening(candidate.number, snapshot, reason=reason)


def ask(store: Store, kind: str, **more: Any) -> jobs.Job:
    made = {
        COMPARE: pair,
        CHECK: lambda store: kinds.check(quality.holdings(store)),
        OPEN: opening,
    }[kind](store)
    return jobs.ask(store, kind, made | more, page="Page")


def test_what_is_asked_for_waits_until_a_process_does_it(
    store: Store, started: list[Store]
) -> None:
    job = ask(store, CHECK)
    assert (job.status, job.by, job.page) == (jobs.WAITING, "ada", "Page")
    assert started == [store]
    assert quality.latest(store) is None
    work_off(store)
    done = jobs.get(store, job.number)
    assert done.status == jobs.SUCCEEDED
    assert done.ended_at is not None
    assert quality.latest(store) is not None


def test_asking_for_the_same_twice_is_asking_once(store: Store) -> None:
    first = ask(store, OPEN)
    with acting_as(Actor("carol", Way.LOCAL)):
        second = ask(store, OPEN, reason="Another reason.")
    assert second.number == first.number
    assert jobs.latest(store, OPEN, opening(store)) == second
    work_off(store)
    found = candidates.get(store, 5)
    assert [(e.kind, e.by) for e in found.events[1:]] == [("opened", "ada"), ("tested", "ada")]


def test_what_has_ended_can_be_asked_for_again(store: Store) -> None:
    first = ask(store, CHECK)
    jobs.cancel(store, first.number)
    assert ask(store, CHECK).number > first.number


def test_other_posts_are_other_work(store: Store) -> None:
    first = ask(store, CHECK)
    fill(store, [make_post(id="new1")])
    assert ask(store, CHECK).number != first.number


def test_the_order_is_kept_and_one_is_done_at_a_time(store: Store) -> None:
    numbers = [ask(store, kind).number for kind in (OPEN, CHECK, COMPARE)]
    before = jobs.ahead(store, jobs.get(store, numbers[2]))
    assert [job.number for job in before] == numbers[:2]
    assert [jobs.title(store, job) for job in before] == [
        "opening the sealed test of small for #5",
        "checking the data",
    ]
    with store.presence.enter() as one, store.presence.enter() as other:
        taken = queue.take(store, one.process)
        assert taken is not None
        assert taken.number == numbers[0]
        assert queue.take(store, other.process) is None
        queue.end(store, taken, jobs.FAILED)
        following = queue.take(store, other.process)
        assert following is not None
        assert following.number == numbers[1]


def test_what_it_records_says_what_was_asked_and_where(store: Store) -> None:
    for kind in (CHECK, COMPARE, OPEN):
        ask(store, kind)
    before = {run.number for run in listing(store)}
    work_off(store)
    said = {run.kind: run.command for run in listing(store) if run.number not in before}
    assert said == {
        "check": "data check (on the page Page)",
        "compare": "compare 3 5 (on the page Page)",
        "test": "release test 5 --on small (on the page Page)",
        "evaluate": "release test 5 --on small (on the page Page)",
    }


def test_who_may_not_cannot_ask_or_cancel(store: Store) -> None:
    waiting = ask(store, CHECK)
    for actor in (BOB, NOBODY):
        with acting_as(actor):
            for kind in (OPEN, COMPARE, CHECK):
                with pytest.raises(RefusedError):
                    ask(store, kind)
            with pytest.raises(RefusedError):
                jobs.cancel(store, waiting.number)
    assert jobs.get(store, waiting.number).status == jobs.WAITING


def test_what_stands_against_it_is_said_before_it_waits(store: Store) -> None:
    with pytest.raises(InputError, match="Give a reason"):
        ask(store, OPEN, reason=" ")
    openings.open_test(store, 5, reason="At the command line.")
    with pytest.raises(RefusedError, match="has just tested"):
        ask(store, OPEN)
    assert jobs.latest(store, OPEN, opening(store)) is None


def test_the_role_is_looked_at_again_when_it_writes(store: Store) -> None:
    members.grant(store, BOB.name, Role.REVIEWER)
    with acting_as(BOB):
        asked = [ask(store, kind) for kind in (OPEN, COMPARE, CHECK)]
    members.withdraw(store, BOB.name)
    before = listing(store)
    work_off(store)
    for job in asked:
        ended = jobs.get(store, job.number)
        assert ended.status == jobs.FAILED
        assert "that needs the reviewer role" in str(ended.error)
    assert listing(store) == before
    assert candidates.get(store, 5).unfinished is None


@pytest.mark.parametrize("kind", [OPEN, COMPARE, CHECK])
def test_who_asks_for_the_same_gets_it_where_the_first_has_lost_the_role(
    store: Store, kind: str
) -> None:
    members.grant(store, BOB.name, Role.REVIEWER)
    with acting_as(BOB):
        first = ask(store, kind)
    members.withdraw(store, BOB.name)
    with by("carol"):
        ask(store, kind)
        ask(store, kind)
    before = {run.number for run in listing(store)}
    work_off(store)
    done = jobs.get(store, first.number)
    assert (done.status, done.by, done.joined) == (jobs.SUCCEEDED, "carol", [])
    assert {run.by for run in listing(store) if run.number not in before} == {"carol"}


def test_who_loses_the_role_midway_leaves_the_work_to_the_next_who_may(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (BOB.name, "dan@example.com"):
        members.grant(store, name, Role.REVIEWER)
        with acting_as(Actor(name, Way.SIGNED_IN)):
            job = ask(store, OPEN)
    with by("carol"):
        ask(store, OPEN)
    judged = openings.judge_by

    def withdrawn(*arguments: Any, **more: Any) -> Any:
        with by("ada"):
            for member in members.people(store):
                members.withdraw(store, member.name)
        return judged(*arguments, **more)

    monkeypatch.setattr(openings, "judge_by", withdrawn)
    work_off(store)
    done = jobs.get(store, job.number)
    assert (done.status, done.by) == (jobs.SUCCEEDED, "carol")
    found = candidates.get(store, 5)
    assert [(e.kind, e.by) for e in found.events[1:]] == [("opened", BOB.name), ("tested", "carol")]


def test_what_is_refused_for_another_reason_is_not_tried_again_for_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(store, CHECK)
    with by("carol"):
        ask(store, CHECK)
    tried: list[int] = []

    def refuse(*_arguments: Any, **_more: Any) -> None:
        tried.append(1)
        raise RefusedError("No", "Stop.")

    monkeypatch.setattr(quality, "check", refuse)
    work_off(store)
    assert (jobs.get(store, job.number).status, tried) == (jobs.FAILED, [1])


def test_it_is_done_in_the_name_of_who_asked(store: Store) -> None:
    members.grant(store, BOB.name, Role.REVIEWER)
    with acting_as(BOB):
        ask(store, OPEN)
    with by("somebody else"):
        work_off(store)
    assert {event.by for event in candidates.get(store, 5).events[1:]} == {BOB.name}
    assert listing(store, kinds=("test",))[0].by == BOB.name


def test_what_goes_wrong_is_kept_with_its_way_out_and_the_next_is_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, fine = ask(store, COMPARE), ask(store, CHECK)
    monkeypatch.setattr(comparing, "read_topics", lambda _path: 1 / 0)
    work_off(store)
    failed = jobs.get(store, failing.number)
    assert (failed.status, "ZeroDivisionError" in str(failed.error)) == (jobs.FAILED, True)
    assert failed.hint
    assert jobs.get(store, fine.number).status == jobs.SUCCEEDED


def test_one_whose_process_is_gone_is_interrupted_and_can_be_asked_for_again(
    store: Store, started: list[Store]
) -> None:
    job, behind = ask(store, OPEN), ask(store, CHECK)
    runs_in(store, job, GONE)
    seen = jobs.get(store, job.number)
    assert seen.status == jobs.INTERRUPTED
    assert "ended without a result" in str(seen.error)
    started.clear()
    queue.keep_going(store)
    assert started == [store]
    again = ask(store, OPEN)
    assert again.number > behind.number
    work_off(store)
    assert [jobs.get(store, each.number).status for each in (job, behind, again)] == [
        jobs.INTERRUPTED,
        jobs.SUCCEEDED,
        jobs.SUCCEEDED,
    ]


def test_no_second_process_is_started_while_one_works(store: Store, started: list[Store]) -> None:
    job = ask(store, OPEN)
    runs_here(store, job)
    started.clear()
    ask(store, CHECK)
    queue.keep_going(store)
    assert started == []


def test_what_waits_is_cancelled_at_once(store: Store) -> None:
    job = ask(store, OPEN)
    with by("bob"):
        ended = jobs.cancel(store, job.number)
    assert (ended.status, ended.cancelled_by) == (jobs.CANCELLED, "bob")
    work_off(store)
    assert candidates.get(store, 5).unfinished is None
    assert len(candidates.get(store, 5).events) == 1


def test_what_runs_ends_when_it_hears_that_it_was_cancelled(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(store, OPEN)

    def cancelled(*_arguments: Any, **_more: Any) -> None:
        with by("bob"):
            assert jobs.cancel(store, job.number).status == jobs.RUNNING
        with by("carol"):
            jobs.cancel(store, job.number)
        raise KeyboardInterrupt("Cancelled by bob.")

    monkeypatch.setattr(openings, "evaluate_unsealed", cancelled)
    work_off(store)
    ended = jobs.get(store, job.number)
    assert (ended.status, ended.cancelled_by) == (jobs.CANCELLED, "bob")
    (run,) = listing(store, kinds=("test",))
    assert (run.status, run.error) == ("interrupted", "Cancelled by bob.")
    opened = openings.last_of(candidates.get(store, 5))
    assert opened is not None
    assert opened.state == "unfinished"


def test_what_was_cut_off_is_finished_without_another_look(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(openings, "evaluate_unsealed", None)
        ask(store, OPEN)
        work_off(store)
    ask(store, OPEN, reason="")
    work_off(store)
    found = candidates.get(store, 5)
    assert [event.kind for event in found.events] == ["proposed", "opened", "tested"]


def test_one_killed_after_it_was_cancelled_is_cancelled(store: Store) -> None:
    job = ask(store, OPEN)
    runs_in(store, job, GONE)
    set_row(store, job, cancelled_by="bob")
    assert jobs.get(store, job.number).status == jobs.CANCELLED


def test_one_whose_container_was_replaced_holds_nothing_up(
    store: Store, started: list[Store]
) -> None:
    job, behind = ask(store, OPEN), ask(store, CHECK)
    runs_in(store, job, GONE | {"host": "another-machine", "pid": 1})
    assert jobs.get(store, job.number).status == jobs.INTERRUPTED
    started.clear()
    queue.keep_going(store)
    assert started == [store]
    work_off(store)
    assert jobs.get(store, behind.number).status == jobs.SUCCEEDED


def test_one_that_stands_still_holds_the_queue_only_until_it_is_cancelled(store: Store) -> None:
    job, behind = ask(store, OPEN), ask(store, CHECK)
    with store.presence.enter() as still, store.presence.enter() as sign:
        stuck = queue.take(store, still.process)
        assert stuck is not None
        assert queue.take(store, sign.process) is None
        asked = jobs.cancel(store, job.number)
        assert asked.status == jobs.RUNNING
        assert asked.cancelled_at is not None
        set_row(store, job, cancelled_at=asked.cancelled_at - timedelta(minutes=2))
        taken = queue.take(store, sign.process)
        assert taken is not None
        assert taken.number == behind.number
        queue.end(store, stuck, jobs.SUCCEEDED)  # it goes on, and hears that it was given up
    assert jobs.get(store, job.number).status == jobs.CANCELLED


def test_work_that_was_given_up_writes_nothing_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However that came about: its process goes on in the middle of its work."""
    job = ask(store, OPEN)
    before = candidates.get(store, 5).events

    def given_up(*_arguments: Any, **_more: Any) -> None:
        runs_in(store, job, GONE)
        ask(store, CHECK)  # which records it as interrupted

    monkeypatch.setattr(openings.fingerprints, "complete", given_up)
    work_off(store)
    seen = jobs.get(store, job.number)
    assert (seen.status, "killed" in str(seen.error)) == (jobs.INTERRUPTED, True)
    assert candidates.get(store, 5).events == before
    assert listing(store, kinds=("test",)) == []


def test_what_has_ended_stays_as_it_is(store: Store) -> None:
    job = ask(store, CHECK)
    work_off(store)
    before = jobs.get(store, job.number)
    assert jobs.cancel(store, job.number) == before
    queue.end(store, before, jobs.FAILED, error="too late")
    assert jobs.get(store, job.number) == before


def test_a_job_that_is_not_there(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no job 7"):
        jobs.get(store, 7)
    with pytest.raises(NotFoundError):
        jobs.cancel(store, 7)


def test_a_job_of_before_people_could_join_has_nobody_who_did(store: Store) -> None:
    job = ask(store, CHECK)
    store.engine.dispose()
    make_older(store.home, "0007")
    upgraded = open_store(store.home)
    assert jobs.get(upgraded, job.number) == job
    assert job.joined == []
    upgraded.engine.dispose()
