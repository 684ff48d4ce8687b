"""What an execution records of where it ran."""

import psutil
import pytest

from core.executions import environment


def test_the_command_is_known_even_where_the_parent_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = environment.command_line()
    assert told

    def gone(pid: int | None = None) -> None:
        raise psutil.NoSuchProcess(pid or 0)

    monkeypatch.setattr(environment.psutil, "Process", gone)
    assert environment.command_line()
