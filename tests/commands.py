"""The command line, run as people run it."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SIGNOFF = Path(sys.executable).with_name("signoff")
LIMIT_SECONDS = 120


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


def signoff(*words: object) -> Outcome:
    """Run a command on the workspace of this test, in a fork of a process that is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {
            "words": [str(word) for word in words],
            "environment": dict(os.environ),
            "folder": os.environ["HOME"],
            "out": str(out),
            "err": str(err),
        }
        loaded = _loaded()
        assert loaded.stdin is not None
        assert loaded.stdout is not None
        loaded.stdin.write(json.dumps(asked) + "\n")
        loaded.stdin.flush()
        code = int(loaded.stdout.readline())
        return Outcome(code, out.read_text(), err.read_text())


def installed(*words: object) -> Outcome:
    """Run the installed ``signoff``, as people do."""
    command = start(*words)
    out, err = command.communicate(timeout=LIMIT_SECONDS)
    return Outcome(command.returncode, out, err)


def start(*words: object) -> subprocess.Popen[str]:
    """Start the installed ``signoff``, in a process group of its own, and go on."""
    return subprocess.Popen(
        [SIGNOFF, *map(str, words)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=os.environ["HOME"],
    )


@cache
def _loaded() -> subprocess.Popen[str]:
    """One for each pytest process; it ends with it."""
    loaded = subprocess.Popen(
        [sys.executable, "-P", Path(__file__).with_name("forks.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(loaded.communicate)
    return loaded


def race(prepare: str, act: str, *, processes: int) -> list[str]:
    """Run Python code in several processes at once; what each printed.

    All have run ``prepare`` before the first begins to ``act``. ``sys.argv[1]`` is the number of
    the process, from 0.
    """
    # Left without ceremony: a thread pool of a library may abort when Python ends so quickly.
    leave = "import os, sys; sys.stdout.flush(); os._exit(0)"
    code = f"{prepare}\nprint('ready', flush=True)\ninput()\n{act}\n{leave}"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(processes)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [one.communicate(timeout=LIMIT_SECONDS)[0].strip() for one in running]


def assert_refused(outcome: Outcome, *fragments: str) -> None:
    """One line that says what is wrong and how to mend it, and exit code 1."""
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert "did not expect" not in outcome.err, outcome.err
    for fragment in fragments:
        assert fragment in outcome.err
