"""A run is recorded as it went."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.transactions import acting
from core.errors import ConflictError, InputError, NotFoundError, StorageError
from core.executions import get, listing, record
from core.executions.code import CodeVersion
from core.executions.history import log_text, running
from core.store import Store, open_store
from core.store import executions as execution_rows
from core.store import models as table
from core.store.executions import Execution
from core.store.models import Model
from core.store.reaping import reap
from core.store.tables import SubredditRow

MODULE = sys.modules["core.executions.record"]  # its name in the package is the function's
PARAMS = {"seed": 1}
INPUTS = {"snapshot": "d" * 64}


def run_once(store: Store, **outputs: str) -> int:
    with record(store, "train", params=PARAMS, inputs=INPUTS) as run:
        run.outputs = dict(outputs)
    return run.number


def recorded(store: Store, number: int) -> Execution:
    """As the database has it, whether or not its process lives."""
    with store.read() as session:
        row = execution_rows.get(session, number)
    assert row is not None
    return row


def add_subreddit(session: Session) -> None:
    session.add(SubredditRow(name="Cats", key="cats"))


def subreddits(store: Store) -> int:
    with store.read() as session:
        return session.query(SubredditRow).count()


def test_a_run_is_kept_with_all_that_made_it(store: Store) -> None:
    with record(store, "train", params=PARAMS, inputs=INPUTS) as run:
        during = get(store, run.number)
        run.outputs = {"model": "e" * 64}
        run.metrics = {"posts": 3}
        run.log("half way")
    after = get(store, run.number)
    assert (during.status, during.finished_at, during.outputs) == ("running", None, {})
    assert (after.status, after.kind, after.by, after.error) == ("succeeded", "train", "ada", None)
    assert (after.params, after.inputs) == (PARAMS, INPUTS)
    assert (after.outputs, after.metrics) == ({"model": "e" * 64}, {"posts": 3})
    assert after.started_at <= after.finished_at
    assert after.environment["packages"]["numpy"]
    assert after.code["source"]
    assert after.peak_memory_mib
    assert "half way" in log_text(store, after)
    assert list(store.logs.iterdir()) == []


def test_the_log_can_be_read_while_the_run_goes_on(store: Store) -> None:
    with record(store, "train", params={}, inputs={}) as run:
        run.log("half way")
        assert "half way" in log_text(store, get(store, run.number))


def test_a_failed_run_keeps_its_error_and_its_log(store: Store) -> None:
    with pytest.raises(InputError), record(store, "train", params={}, inputs={}) as run:
        run.log("just before")
        raise InputError("No good", "Mend it.")
    found = get(store, run.number)
    assert (found.status, found.error) == ("failed", "InputError: No good. Mend it.")
    assert "just before" in log_text(store, found)


def test_ctrl_c_is_recorded_as_interrupted(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), record(store, "train", params={}, inputs={}) as run:
        raise KeyboardInterrupt
    assert get(store, run.number).status == "interrupted"


def test_so_is_one_that_comes_as_soon_as_the_beginning_is_committed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def interrupted(*args: Any, **options: Any) -> Iterator[Any]:
        with acting(*args, **options) as found:
            yield found
        raise KeyboardInterrupt("Cancelled by carol.")

    monkeypatch.setattr(MODULE, "acting", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_once(store)
    (run,) = listing(store)
    assert (run.status, run.error) == ("interrupted", "Cancelled by carol.")


def test_rows_appear_only_when_the_run_has_succeeded(store: Store) -> None:
    def attempt(error: BaseException | None) -> int:
        with record(store, "train", params={}, inputs={}) as run:
            run.on_success(add_subreddit)
            if error:
                raise error
        return subreddits(store)

    for error in (InputError("No", "Mend it."), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            attempt(error)
        assert subreddits(store) == 0
    assert attempt(None) == 1


def test_a_row_that_is_refused_fails_the_run_and_takes_the_others_with_it(store: Store) -> None:
    def add_orphan(session: Session) -> None:
        orphan = Model(
            execution=99,
            digest="e" * 64,
            family="fasttext",
            snapshot="",
            normaliser=1,
            subreddits=0,
        )
        table.insert_model(session, orphan)

    with pytest.raises(IntegrityError), record(store, "train", params={}, inputs={}) as run:
        run.on_success(add_subreddit)
        run.on_success(add_orphan)
    assert get(store, run.number).status == "failed"
    assert subreddits(store) == 0


def test_numbers_only_grow_and_the_newest_comes_first(store: Store) -> None:
    numbers = [run_once(store) for _ in range(3)]
    assert numbers == sorted(set(numbers))
    assert [found.number for found in listing(store)] == numbers[::-1]
    assert [found.number for found in listing(store, limit=1)] == numbers[-1:]
    assert listing(store, kinds=["evaluate"]) == []
    assert listing(store, status="failed") == []


def test_uncommitted_changes_are_kept_as_a_patch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dirty = CodeVersion(commit="c" * 40, patch=b"--- a\n+++ b\n", source="s" * 64)
    monkeypatch.setattr(MODULE, "code_version", lambda: dirty)
    code = get(store, run_once(store)).code
    assert code["dirty"]
    assert store.artifacts.read(code["patch"]) == dirty.patch


def test_a_run_that_is_not_there_is_told_by_number(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no execution #7"):
        get(store, 7)


def test_a_run_of_a_dead_process_is_found_interrupted(store: Store) -> None:
    words = [sys.executable, "-c", RUNS]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        number = int(child.stdout.readline())
        assert get(store, number).status == "running"
        os.kill(child.pid, signal.SIGKILL)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, but not yet waited for
        # A process that lives on, such as a dashboard, shows it at once; reading writes nothing.
        shown = get(store, number)
        assert (shown.status, shown.finished_at) == ("interrupted", None)
        assert "killed" in str(shown.error)
        assert listing(store, status="interrupted") == listing(store) == [shown]
        assert listing(store, status="running") == []
        assert recorded(store, number).status == "running"
        assert reap(store) == [number]
    kept = get(store, number)
    assert (kept.status, reap(store)) == ("interrupted", [])
    assert kept == recorded(store, number)


RUNS = """
from core.executions import record
from core.settings import settings
from core.store import open_store
with record(open_store(settings().home), "train", params={}, inputs={}) as run:
    print(run.number, flush=True)
    input()
"""


@pytest.mark.parametrize("is_recorded", [False, True])
def test_a_run_that_was_seen_as_interrupted_keeps_nothing_of_what_it_still_does(
    store: Store, is_recorded: bool
) -> None:
    with pytest.raises(ConflictError, match="taken for interrupted while it still ran"):
        with record(store, "train", params={}, inputs={}) as run:
            run.on_success(add_subreddit)
            for sign in store.presence.folder.iterdir():  # by hand, or by a disk that forgets locks
                sign.unlink()
            assert get(store, run.number).status == "interrupted"
            assert not is_recorded or reap(store) == [run.number]
    assert get(store, run.number).status == "interrupted"
    assert subreddits(store) == 0
    assert "succeeded" in log_text(store, get(store, run.number))


@pytest.fixture
def dead(store: Store) -> int:
    """The number of a run whose process is gone, unrecorded."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MODULE, "_finish", lambda *_: None)
        with record(store, "train", params={}, inputs={"model": 1}) as run:
            pass
    assert recorded(store, run.number).status == "running"
    return run.number


def test_opening_the_store_records_what_was_interrupted(store: Store, dead: int) -> None:
    open_store(store.home)
    assert recorded(store, dead).status == "interrupted"


def test_opening_a_store_that_cannot_be_written_shows_it_all_the_same(
    store: Store, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageError("The disk is full", "Free some space.")

    monkeypatch.setattr("core.store.executions.finish", refuse)
    opened = open_store(store.home)
    assert recorded(opened, dead).status == "running"
    assert get(opened, dead).status == "interrupted"


def test_the_next_run_records_what_was_interrupted(store: Store, dead: int) -> None:
    run_once(store)
    assert recorded(store, dead).status == "interrupted"


def test_reading_writes_nothing(store: Store, dead: int) -> None:
    def written() -> dict[str, bytes]:
        files = (store.home / name for name in ("signoff.db", "signoff.db-wal"))
        return {file.name: file.read_bytes() for file in files if file.exists()}

    before = written()
    assert get(store, dead).status == "interrupted"
    assert not running(store, "train", "model", 1)
    assert [run.number for run in listing(store, status="interrupted", limit=1)] == [dead]
    assert written() == before
    assert recorded(store, dead).status == "running"


def test_a_disk_that_refuses_the_record_does_not_hide_the_first_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("second", "Free some space.")

    with pytest.raises(StorageError, match="first"):
        with record(store, "train", params={}, inputs={"model": 1}):
            monkeypatch.setattr(MODULE, "_finish", full)
            raise StorageError("first", "Free some space.")
    # A server lives on: its run does not go on for ever.
    assert not running(store, "train", "model", 1)
    assert [run.status for run in listing(store)] == ["interrupted"]


def test_a_run_of_this_process_goes_on_until_it_ends(store: Store) -> None:
    with record(store, "train", params={}, inputs={"model": 1}):
        assert running(store, "train", "model", 1)
        assert not running(store, "train", "model", 2)
    assert [run.status for run in listing(store)] == ["succeeded"]
