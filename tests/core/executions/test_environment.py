"""What an execution records of where it ran."""

import multiprocessing

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
    started = ["python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main()"]
    monkeypatch.setattr(environment.sys, "orig_argv", started)
    monkeypatch.setattr(environment.multiprocessing, "parent_process", multiprocessing.Process)
    assert "multiprocessing" not in environment.command_line()


def test_what_a_page_asked_for_stands_in_place_of_how_its_process_was_started() -> None:
    with environment.asked_as("compare 13 15 (on the page Compare)"):
        assert environment.command_line() == "compare 13 15 (on the page Compare)"
    assert "on the page" not in environment.command_line()
