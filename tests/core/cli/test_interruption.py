"""Ctrl-C and kill -9 while a model is trained."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from core.executions import listing
from core.store import models as table
from tests.commands import LIMIT_SECONDS, start
from tests.conftest import Road

FOREVER = (
    *("train", "--snapshot", "small", "--model", "fasttext"),
    *("--param", "epoch=100000000", "--param", "dim=8"),
)


@pytest.fixture
def training(road: Road) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """A command that trains for hours, and the process that fastText runs in."""
    command = start(*FOREVER)
    try:
        yield command, trainer_of(command)
    finally:
        command.kill()
        command.communicate()


def trainer_of(command: subprocess.Popen[str]) -> psutil.Process:
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline and command.poll() is None:
        for child in psutil.Process(command.pid).children():
            with suppress(psutil.NoSuchProcess):  # a short-lived child may end meanwhile
                if "core.training.fasttext_child" in child.cmdline():
                    return child
        time.sleep(0.05)
    raise AssertionError(f"no training began: {command.communicate()}")


def assert_gone(process: psutil.Process) -> None:
    _, alive = psutil.wait_procs([process], timeout=LIMIT_SECONDS)
    assert not alive


def assert_nothing_made(road: Road) -> None:
    with road.store.read() as session:
        assert [model.execution for model in table.models(session)] == [5, 3]
    run = listing(road.store)[0]
    assert (run.number, run.kind, run.status) == (7, "train", "interrupted")


def test_ctrl_c_ends_the_training_and_is_recorded(
    road: Road, training: tuple[subprocess.Popen[str], psutil.Process]
) -> None:
    command, trainer = training
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does: to both
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    assert (command.returncode, out, len(err.splitlines())) == (130, "", 1), err
    assert err.startswith("Interrupted")
    assert_gone(trainer)
    assert_nothing_made(road)
    assert not list(road.store.artifacts.root.glob("tmp*"))


@pytest.mark.slow
def test_a_killed_command_leaves_no_training_behind(
    road: Road, training: tuple[subprocess.Popen[str], psutil.Process]
) -> None:
    command, trainer = training
    command.kill()
    command.communicate()
    assert_gone(trainer)
    assert_nothing_made(road)


@pytest.mark.parametrize("module", ["typer", "core.errors", "core.cli.executions"])
def test_ctrl_c_while_modules_load(module: str) -> None:
    """Pressed as a module begins to load, by a finder that is asked for each."""
    script = f"""
import os, signal, sys

class Pressing:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressing())
sys.argv = ["signoff", "executions", "list"]
from core.cli.main import run
run()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (130, ""), ended
    assert ended.stderr == "Interrupted. Nothing had begun.\n"
