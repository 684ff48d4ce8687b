"""Work that is killed at one step, as by a power cut: at its first step, at its second, …"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import event

from core.store import Store, open_store

LIMIT_SECONDS = 120
FILE_CHANGES = {"os.rename", "os.remove"}
"""What Python tells its audit hooks of before it happens."""
WRITES = ("INSERT", "UPDATE", "DELETE")

Act = Callable[[Store], object]


def parts(count: int, *, name: str = "part") -> pytest.MarkDecorator:
    """Runs a test for the numbers below ``count``, among the slow tests."""
    numbers = [pytest.param(number, marks=pytest.mark.slow) for number in range(count)]
    return pytest.mark.parametrize(name, numbers)


@dataclass(frozen=True)
class Work:
    """What is done on a workspace, and which functions of which modules are steps of it.

    Steps are also: each statement that writes, each commit, each file that gets or loses its name.
    """

    act: Act
    calls: Sequence[tuple[ModuleType, str]] = ()

    def steps(self, home: Path, told: Path) -> list[str]:
        """Do it on the workspace at ``home``, to its end; its steps. ``told``: a file elsewhere."""
        assert not self.killed(home, told, at=0)
        return told.read_text().splitlines()

    def killed(self, home: Path, told: Path, *, at: int) -> bool:
        """Do it in a process that is killed just before step ``at``; False if it came to its end.

        In ``told`` stand the steps that were begun, the last one not done.
        """
        told.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            self._become(home, told, at)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in {0, -signal.SIGKILL}, ended
        return ended != 0

    def _become(self, home: Path, told: Path, at: int) -> None:
        """Never returns: nothing of this process may go on in the tests."""
        signal.alarm(LIMIT_SECONDS)
        try:
            store = open_store(home)
            self._watch(store, told, at)
            self.act(store)
        except BaseException:  # noqa: BLE001 - it is printed, and the exit code tells
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def _watch(self, store: Store, told: Path, at: int) -> None:
        log = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        count = 0

        def step(name: str) -> None:
            nonlocal count
            count += 1
            os.write(log, f"{name}\n".encode())
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

        def before_call(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **more: Any) -> Any:
                step(name)
                return function(*arguments, **more)

            return call

        def before_statement(*arguments: Any) -> None:
            words = arguments[2].split()
            if words[0] in WRITES:
                step(" ".join(words[: 2 if words[0] == "UPDATE" else 3]))

        def before_file_change(name: str, _arguments: Any) -> None:
            if name in FILE_CHANGES:
                step(name)

        for module, name in self.calls:
            setattr(module, name, before_call(name, getattr(module, name)))
        event.listen(store.engine, "before_cursor_execute", before_statement)
        event.listen(store.engine, "commit", lambda _connection: step("COMMIT"))
        sys.addaudithook(before_file_change)
