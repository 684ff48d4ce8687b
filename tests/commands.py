"""The command line, run as people run it."""

import gc
import io
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event

from core.cli.main import run
from core.settings import settings

SIGNOFF = Path(sys.executable).with_name("signoff")
LIMIT_SECONDS = 120
_OWN = io.StringIO()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one JSON document; whatever else stood on stdout would fail here."""
        assert self.code == 0, self.err
        return json.loads(self.out)


def signoff(*words: object, out: TextIO | None = _OWN, err: TextIO | None = _OWN) -> Outcome:
    """Run a command on the workspace of this test, in this process, as if it had one of its own.

    Args:
        out, err: its streams; None: they are closed. By default files, whose content it gives.
    """
    printed, complained = _Stream(), _Stream()
    with ExitStack() as own:
        own.enter_context(_restored(os.environ))
        own.enter_context(_signals())
        own.enter_context(chdir(os.environ["HOME"]))
        own.enter_context(patch.object(sys, "argv", ["signoff", *map(str, words)]))
        own.enter_context(patch.object(sys, "stdin", _Stream()))
        own.enter_context(redirect_stdout(printed if out is _OWN else out))
        own.enter_context(redirect_stderr(complained if err is _OWN else err))
        own.enter_context(_closed_connections())
        code = Context().run(_ended)
    return Outcome(code, printed.text, complained.text)


class _Stream(io.TextIOWrapper):
    """A stream of a process whose output goes into a file."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        self.flush()
        content: io.BytesIO = self.buffer  # type: ignore[assignment]
        return content.getvalue().decode()


def _ended() -> int:
    """The exit code of the command in ``sys.argv``."""
    settings.cache_clear()
    try:
        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception:  # noqa: BLE001 - as the interpreter itself would
        traceback.print_exc()
        return 1
    finally:
        settings.cache_clear()
    return 0


@contextmanager
def _restored(values: MutableMapping[str, Any]) -> Iterator[None]:
    before = dict(values)
    yield
    values.clear()
    values.update(before)


@contextmanager
def _signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def _closed_connections() -> Iterator[None]:
    """Connections to databases that are opened inside are closed at its end."""
    opened: list[Engine] = []

    def remember(connection: Connection) -> None:
        opened.append(connection.engine)

    event.listen(Engine, "engine_connect", remember)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", remember)
        for engine in opened:
            engine.dispose()


def installed(*words: object) -> Outcome:
    """Run the installed ``signoff``, as people do."""
    command = start(*words)
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    return Outcome(command.returncode, out, err)


def start(*words: object) -> subprocess.Popen[str]:
    """Start the installed ``signoff``, in a process group of its own, and go on.

    If a test fails before it ends it, :func:`end_started` does.
    """
    command = subprocess.Popen(
        [SIGNOFF, *map(str, words)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=os.environ["HOME"],
    )
    _started.append(command)
    return command


_started: list[subprocess.Popen[str]] = []


def end_started() -> None:
    """End what this test has started and not ended."""
    while _started:
        with _started.pop() as command:  # closes its pipes
            command.kill()


def race(prepare: str, act: str, *, processes: int) -> list[str]:
    """Run Python code in several processes at once; what each printed.

    All have run ``prepare`` before the first begins to ``act``. ``sys.argv[1]`` is the number of
    the process, from 0. They are forks: all of Signoff is loaded already.
    """
    for engine in [it for it in gc.get_objects() if issubclass(type(it), Engine)]:
        engine.dispose()  # an open SQLite file must not be carried into another process
    running = [_Runner.forked(prepare, act, number) for number in range(processes)]
    for one in running:
        assert one.said.readline() == "ready\n"
    for one in running:
        os.write(one.go, b"go")
    return [one.ended() for one in running]


@dataclass(frozen=True, slots=True)
class _Runner:
    """A process of a race."""

    process: int
    go: int
    said: TextIO

    @classmethod
    def forked(cls, prepare: str, act: str, number: int) -> "_Runner":
        (hears, go), (said, says) = os.pipe(), os.pipe()
        process = os.fork()
        if not process:
            cls._run(prepare, act, number, hears, says)
        os.close(hears)
        os.close(says)
        return cls(process, go, os.fdopen(said))

    @staticmethod
    def _run(prepare: str, act: str, number: int, hears: int, says: int) -> NoReturn:
        """Nothing of the tests may go on in this process."""
        signal.alarm(LIMIT_SECONDS)
        out = os.fdopen(says, "w")
        try:
            with redirect_stdout(out), redirect_stderr(out):
                sys.argv = ["race", str(number)]
                names: dict[str, Any] = {}
                exec(prepare, names)  # noqa: S102 - it is the test's own
                out.write("ready\n")
                out.flush()
                os.read(hears, 2)
                exec(act, names)  # noqa: S102
        except BaseException:  # noqa: BLE001 - as the interpreter itself would
            traceback.print_exc(file=out)
        out.flush()
        os._exit(0)

    def ended(self) -> str:
        """What it printed; it has ended then."""
        with self.said:
            rest = self.said.read().strip()
        os.close(self.go)
        os.waitpid(self.process, 0)
        return rest


def assert_refused(outcome: Outcome, *fragments: str) -> None:
    """One line that says what is wrong and how to mend it, and exit code 1."""
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert "did not expect" not in outcome.err, outcome.err
    for fragment in fragments:
        assert fragment in outcome.err
