"""What a server does besides answering, whatever it answers with."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import StorageError
from core.hints import Alarm
from core.serving import heartbeat, notes, servers
from core.serving.counts import Counts
from core.serving.heartbeat import Heartbeat
from core.serving.pool import Pool
from core.serving.servers import Registration, register, running, url
from core.store import Store
from core.store import serving as table
from core.store.serving import Count
from core.store.sqlite import DATABASE
from tests.commands import signoff
from tests.core.serving.conftest import Served
from tests.core.serving.test_pool import Loads, corrupt
from tests.core.serving.test_process import wait_until

ADDRESS = "http://127.0.0.1:8502"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "FOLLOW_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "EVERY", dict.fromkeys(heartbeat.EVERY, 0.0))


@pytest.fixture
def pool(served: Served) -> Pool:
    return Pool(served.store, load=Loads())


@pytest.fixture
def counts() -> Counts:
    return Counts()


Begin = Callable[..., Heartbeat]


@pytest.fixture
def begin(served: Served, pool: Pool, counts: Counts) -> Iterator[Begin]:
    begun: list[Heartbeat] = []

    def start(
        registration: Registration | None = None,
        *,
        chore: Callable[[Store], object] = lambda _: None,
        changed: Callable[[Mapping[str, str], int], None] = lambda *_: None,
    ) -> Heartbeat:
        made = Heartbeat(
            pool,
            registration or register(served.store, ADDRESS),
            counts,
            chore=chore,
            changed=changed,
        )
        made.start()
        begun.append(made)
        return made

    yield start
    for made in begun:
        made.close()


def told(store: Store) -> dict[str, Count]:
    with store.read() as session:
        return table.counts(session, since=datetime.now(UTC) - timedelta(hours=1))


def test_whoever_waits_for_the_start_can_answer(served: Served, pool: Pool, begin: Begin) -> None:
    begin()
    assert pool.for_caller("x").suggester.version == served.old


def test_a_server_says_where_it_is_and_what_it_answers_with(served: Served, begin: Begin) -> None:
    begin()
    wait_until(lambda: bool(servers.running(served.store)))
    (server,) = servers.running(served.store)
    assert (server.address, server.serving) == (ADDRESS, {"production": served.old})


def test_the_aliases_are_followed_and_what_has_changed_is_noticed_once(
    served: Served, begin: Begin
) -> None:
    noticed: list[tuple[Mapping[str, str], int]] = []
    begin(changed=lambda serving, alarms: noticed.append((serving, alarms)))
    served.move("production", served.new)
    wait_until(lambda: len(noticed) == 2)
    assert noticed == [({"production": served.old}, 0), ({"production": served.new}, 0)]


def test_an_alarm_is_in_the_log_and_in_the_workspace(
    served: Served, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    corrupt(served, served.new)
    one = begin()
    served.move("production", served.new)
    wait_until(lambda: bool(servers.alarms(served.store)))
    (alarm,) = servers.alarms(served.store)
    assert ADDRESS in alarm
    assert f"{served.old} keeps answering" in alarm
    (line,) = [found.line for found in caplog.records if found.message == "alarm"]
    assert line == {"alarm": str(one.alarms[0])}


def test_a_flagged_canary_is_no_alarm_of_a_server_in_the_workspace(
    served: Served, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the workspace looks at the canary, and would be told twice."""
    monkeypatch.setattr("core.serving.watch.enforce", lambda _: [Alarm("It errs")])
    one = begin()
    wait_until(lambda: one.alarms == one.public_alarms == [Alarm("It errs")])
    before = servers.running(served.store)[0].seen_at
    wait_until(lambda: servers.running(served.store)[0].seen_at > before)
    assert servers.alarms(served.store) == []


def test_requests_and_errors_are_told_by_version(
    served: Served, counts: Counts, begin: Begin
) -> None:
    begin()
    for version in (served.old, served.old, served.new):
        counts.answered(version)
    counts.failed(served.new)
    wait_until(lambda: len(told(served.store)) == 2)
    assert told(served.store) == {served.old: Count(2, 0), served.new: Count(2, 1)}


def test_what_could_not_be_told_is_told_later(
    served: Served,
    counts: Counts,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def locked(*_: object) -> None:
        raise StorageError("The database is locked", "Wait.")

    counts.answered(served.old)
    with monkeypatch.context() as patch:
        patch.setattr(Registration, "report", locked)
        begin()
        wait_until(lambda: "the workspace cannot be used" in caplog.messages)
    wait_until(lambda: bool(told(served.store)))
    assert told(served.store) == {served.old: Count(1, 0)}


def test_the_end_tells_the_rest_and_takes_leave(
    served: Served, counts: Counts, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", {})
    one = begin()
    counts.answered(served.old)
    one.close()
    assert told(served.store) == {served.old: Count(1, 0)}
    assert servers.running(served.store) == []


def test_whatever_a_chore_does_the_aliases_are_followed(
    served: Served, pool: Pool, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[Store] = []

    def chore(store: Store) -> None:
        done.append(store)
        raise ZeroDivisionError

    begin(chore=chore)
    wait_until(lambda: "unexpected" in caplog.messages)
    assert done[0] is served.store
    served.move("production", served.new)
    wait_until(lambda: pool.serving == {"production": served.new})


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8600"), ("::1", "http://[::1]:8600")],
)
def test_an_address_can_be_opened(address: str, expected: str) -> None:
    assert url(address, 8600) == expected


def test_a_workspace_that_is_gone_is_told_once(
    served: Served, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    """The server goes on with the removed file, and nobody would ever see what it keeps there."""
    made = begin()
    wait_until(lambda: running(served.store))
    assert made.public_alarms == []
    database = served.store.home / DATABASE
    database.rename(database.with_name("elsewhere"))
    wait_until(lambda: made.public_alarms == [heartbeat.UNKEPT])
    beats = iter(range(8))
    wait_until(lambda: next(beats, None) is None)
    told = [record for record in caplog.records if "cannot be used" in record.getMessage()]
    assert len(told) == 1
    database.with_name("elsewhere").rename(database)
    wait_until(lambda: made.public_alarms == [])


def test_an_error_that_goes_on_is_logged_again_after_a_while(
    begin: Begin, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Store) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(heartbeat, "AGAIN_SECONDS", 0.1)
    begin(chore=failing)
    wait_until(lambda: [r.getMessage() for r in caplog.records].count("unexpected") >= 2)


def test_a_version_of_an_older_normaliser_is_noted_once(
    served: Served,
    begin: Begin,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notes, "NORMALISER", notes.NORMALISER + 1)
    begin()
    served.move("shadow", served.new)
    wait_until(lambda: [len(one.serving) for one in running(served.store)] == [2])
    lines = [found.line for found in caplog.records if found.message == "note"]
    assert [line["version"] for line in lines] == [served.old, served.new]
    assert all("was trained with version 3 of the text normaliser" in one["note"] for one in lines)
    said = signoff("alias", "list")
    assert said.out.count("Note: ") == 2
    noted = signoff("alias", "list", "--json").json["notes"]
    assert sorted(noted) == sorted(line["note"] for line in lines)


def test_a_version_of_this_normaliser_needs_no_note(served: Served) -> None:
    assert notes.older_normaliser(served.store, served.old) is None
    assert "Note: " not in signoff("alias", "list").out
