"""How far a job is: told now and then, never half, and how long its step will still take."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jobs
from core.jobs import reports, starting
from core.jobs.kinds import CHECK
from core.jobs.reports import Report, Reporter, report_of
from core.store import Store

FINITE = st.floats(0, 1e9)


@pytest.fixture
def job(store: Store, monkeypatch: pytest.MonkeyPatch) -> jobs.Job:
    monkeypatch.setattr(starting, "start", lambda _store: None)
    return jobs.ask(store, CHECK, {"posts": 1}, page="Data")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The moment that reports see."""
    now = [1_000.0]
    monkeypatch.setattr(reports.time, "time", lambda: now[0])
    return iter([now])


def test_the_newest_report_is_read_and_forgotten_at_the_end(store: Store, job: jobs.Job) -> None:
    assert report_of(store, job) is None
    reporter = Reporter(store, job)
    reporter("Reading", 1, 4)
    told = report_of(store, job)
    assert told is not None
    assert (told.step, told.share) == ("Reading", 0.25)
    reporter("Counting", 0, None)
    told = report_of(store, job)
    assert told is not None
    assert (told.step, told.share) == ("Counting", None)
    reporter.forget()
    assert report_of(store, job) is None
    assert not list(store.logs.iterdir())


def test_within_a_step_it_is_told_only_now_and_then(
    store: Store, job: jobs.Job, clock: Iterator[list[float]]
) -> None:
    now, reporter = next(clock), Reporter(store, job)
    for done in range(3):
        reporter("Reading", done, 4)
    assert done_of(store, job) == 0
    now[0] += 1
    reporter("Reading", 3, 4)
    assert done_of(store, job) == 3


def done_of(store: Store, job: jobs.Job) -> float:
    told = report_of(store, job)
    assert told is not None
    return told.done


def test_what_a_killed_process_left_is_gone_with_the_next(store: Store, job: jobs.Job) -> None:
    Reporter(store, job)("Reading", 1, 4)
    Reporter(store, job)
    assert report_of(store, job) is None


def test_a_disk_that_takes_no_report_fails_no_work(store: Store, job: jobs.Job) -> None:
    reporter = Reporter(store, job)
    store.logs.rmdir()
    reporter("Reading", 1, 4)
    reporter.forget()


def test_what_is_left_goes_by_the_speed_so_far() -> None:
    report = Report("Predicting", 25, 100, since=1_000, at=1_010)
    assert report.left(datetime.fromtimestamp(1_010, UTC)) == 30
    assert report.left(datetime.fromtimestamp(1_015, UTC)) == 25
    assert report.left(datetime.fromtimestamp(9_999, UTC)) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"step": "Reading"}', b'{"done": "many"}'],
)
def test_a_report_that_cannot_be_read_tells_nothing(
    store: Store, job: jobs.Job, content: bytes
) -> None:
    reporter = Reporter(store, job)
    reporter("Reading", 1, 4)
    path = store.logs / f"job-{job.number}.json"
    assert report_of(store, job) is not None
    path.write_bytes(content)
    assert report_of(store, job) is None
    reporter("Counting", 0, None)
    assert report_of(store, job) is not None


def test_a_folder_in_the_place_of_a_report_tells_nothing(store: Store, job: jobs.Job) -> None:
    (store.logs / f"job-{job.number}.json").mkdir()
    assert report_of(store, job) is None


@pytest.mark.parametrize(
    "report",
    [
        Report("A step of unknown length", 25, None, since=0, at=10),
        Report("Too soon", 25, 100, since=0, at=1),
        Report("Too little", 1, 100, since=0, at=10),
        Report("Nothing to do", 0, 0, since=0, at=10),
    ],
)
def test_nothing_is_promised_where_nobody_knows(report: Report) -> None:
    assert report.left(datetime.fromtimestamp(10, UTC)) is None


@given(done=FINITE, total=st.none() | FINITE, since=FINITE, at=FINITE, now=st.floats(0, 4e9))
def test_whatever_is_reported_shares_and_times_make_sense(
    done: float, total: float | None, since: float, at: float, now: float
) -> None:
    report = Report("Step", done, total, since, at)
    left = report.left(datetime.fromtimestamp(now, UTC))
    assert report.share is None or 0 <= report.share <= 1
    assert left is None or left >= 0
