"""Whether recorded work still goes on: as long as it lasts, and not longer than its process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from core.errors import StorageError
from core.store.locks import lock
from core.store.presence import Presence

ENTERS = """
import os, sys
from pathlib import Path
from core.store.presence import Presence
sign = Presence(Path(sys.argv[1])).enter()
"""
WAITS = "print(sign.token, flush=True)\ninput()"
FORKS = """
child = os.fork()
if child == 0:
    import time
    print(sign.token, os.getpid(), flush=True)
    time.sleep(600)
input()
"""


@pytest.fixture
def presence(tmp_path: Path) -> Presence:
    return Presence(tmp_path / "processes")


@contextmanager
def process(presence: Presence, then: str = WAITS) -> Iterator[tuple[int, list[str]]]:
    """The number of a process that has a sign, and what it printed; it is killed at the end."""
    words = [sys.executable, "-c", ENTERS + then, str(presence.folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        try:
            yield made.pid, made.stdout.readline().split()
        finally:
            made.kill()


def test_it_goes_on_until_it_is_left(presence: Presence) -> None:
    with presence.enter() as sign:
        assert presence.holds(sign.token)
        assert presence.is_alive(sign.process)
    assert not presence.holds(sign.token)
    sign.leave()
    assert list(presence.folder.iterdir()) == []


def test_it_ends_with_its_process_even_if_nobody_has_waited_for_that(presence: Presence) -> None:
    with process(presence) as (pid, (token,)):
        assert presence.holds(token)
        os.kill(pid, signal.SIGSTOP)
        assert presence.holds(token)
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert not presence.holds(token)


def test_no_clock_and_no_name_of_a_host_has_part_in_it(
    presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(presence) as (pid, (token,)):
        seen = {"host": socket.gethostname(), "pid": pid, "token": token}
        now, began = time.time(), psutil.Process.create_time
        monkeypatch.setattr(time, "time", lambda: now + 86_400)
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: began(self) + 5)
        monkeypatch.setattr(socket, "gethostname", lambda: "renamed")
        assert presence.is_alive(seen)
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert not presence.is_alive(seen)


def test_a_child_that_outlives_its_parent_does_not_keep_its_sign(presence: Presence) -> None:
    with process(presence, FORKS) as (pid, (token, child)):
        assert presence.holds(token)
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert psutil.pid_exists(int(child))
        assert not presence.holds(token)
        os.kill(int(child), signal.SIGKILL)


def test_what_a_killed_process_left_is_removed_by_the_next(presence: Presence) -> None:
    with process(presence) as (_, (left,)):
        pass
    assert (presence.folder / left).exists()
    with presence.enter() as first, presence.enter() as second:
        assert {path.name for path in presence.folder.iterdir()} == {first.token, second.token}


def test_two_do_not_sweep_at_once(presence: Presence) -> None:
    with process(presence) as (_, (left,)):
        pass
    sweeping = lock(presence.folder)
    assert sweeping is not None
    with presence.enter():
        assert (presence.folder / left).exists()
    sweeping.release()
    with presence.enter():
        assert not (presence.folder / left).exists()


def test_many_that_come_and_go_at_once_do_not_take_each_others_sign(presence: Presence) -> None:
    def come_and_go(_: int) -> bool:
        with presence.enter() as sign:
            return presence.holds(sign.token)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(come_and_go, range(400)))
    assert list(presence.folder.iterdir()) == []


def test_a_name_can_be_given(presence: Presence) -> None:
    with presence.enter("abc123"):
        assert presence.holds("abc123")
    assert not presence.holds("../processes")


def test_one_that_cannot_be_seen_counts_as_alive(
    presence: Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    with presence.enter() as sign:
        pass
    (presence.folder / sign.token).touch()
    assert not presence.holds(sign.token)

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert presence.holds(sign.token)


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write to"):
        Presence(tmp_path / "file" / "processes").enter()


def test_rows_of_before_there_were_signs_are_read(presence: Presence) -> None:
    me = psutil.Process()
    here = {"host": socket.gethostname(), "pid": me.pid, "started": me.create_time()}
    assert presence.is_alive(here)
    assert not presence.is_alive(here | {"started": me.create_time() - 60})
    assert not presence.is_alive(here | {"pid": 2**22 + 1})
    elsewhere = here | {"host": "elsewhere", "pid": 2**22 + 1, "started": time.time()}
    assert presence.is_alive(elsewhere)
    assert not presence.is_alive(elsewhere | {"started": time.time() - 2 * 86_400})
