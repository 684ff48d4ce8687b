"""A Signoff of other code, run in a process of its own on a workspace of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import RefusedError, SignoffError, UnavailableError
from core.progress import Progress, silent
from core.reproduction.source import Source
from core.safe_text import one_line
from core.settings import settings

_LOOK_SECONDS, _END_SECONDS = 0.2, 5.0
_WRONG_USAGE = 2
_LONGEST = 400
_ENDING = """\
import os, signal, threading
def _end():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=_end, daemon=True).start()
"""
"""Whoever started it holds the other end: where that process is gone, so is this one."""
_MAKE = (
    "import pathlib, sys; from core.store import open_store; open_store(pathlib.Path(sys.argv[1]))"
)
_RUN = "from core.cli.main import run; run()"


@dataclass(frozen=True, slots=True)
class Signoff:
    """The code of ``source``, working on the workspace at ``home``. ``folder``: for its stderr."""

    source: Source
    home: Path
    folder: Path

    def make_workspace(self) -> None:
        """Make an empty workspace, as this code makes them.

        Raises:
            UnavailableError: it cannot.
        """
        if self._run(_MAKE, [str(self.home)], silent, ""):
            raise UnavailableError(
                f"The code of that commit makes no workspace: {self._said}",
                "Its packages may be others than those installed here; install them, and repeat.",
            )

    def run(self, words: Sequence[str], *, progress: Progress = silent) -> None:
        """Run a command and wait for its end.

        Raises:
            RefusedError: its command line does not know these words, or it failed; with what it
                said.
        """
        code = self._run(_RUN, words, progress, f"Running {words[0]} again")
        if code == _WRONG_USAGE:
            raise RefusedError(
                f"The command line of that commit does not know these options: {self._said}",
                "Check the commit out, and run it by hand.",
            )
        if code:
            raise self._failed(code)

    def _failed(self, code: int) -> SignoffError:
        return RefusedError(
            f"Run again, it failed with exit code {code}: {self._said}",
            "Look at what differs in the environment, and at the log of this execution.",
        )

    @property
    def log(self) -> str:
        """All that it wrote to stderr, of its last command."""
        return self._stderr.read_text(encoding="utf-8", errors="replace")

    @property
    def _said(self) -> str:
        lines = [line for line in self.log.splitlines() if line.strip(" ╭╰─│╮╯")]
        return one_line(lines[-1].strip(" │"))[:_LONGEST] if lines else "it said nothing"

    @property
    def _stderr(self) -> Path:
        return self.folder / "stderr"

    def _run(self, code: str, words: Sequence[str], progress: Progress, doing: str) -> int:
        command = [sys.executable, "-P", "-c", _ENDING + code, *words]
        with self._stderr.open("wb") as err:
            process = subprocess.Popen(
                command,
                cwd=self.source.project,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=err,
                start_new_session=True,
            )
            try:
                return _waited(process, progress, doing)
            finally:
                _end(process)

    def _environment(self) -> dict[str, str]:
        """That of this process without what is set for Signoff: no key, no other workspace."""
        kept = {name: v for name, v in os.environ.items() if not name.startswith("SIGNOFF_")}
        return {
            **kept,
            "PYTHONPATH": str(self.source.signoff),
            "SIGNOFF_HOME": str(self.home),
            "SIGNOFF_USER": settings().operator,
        }


def _waited(process: subprocess.Popen[bytes], progress: Progress, doing: str) -> int:
    started = time.monotonic()
    while True:
        try:
            return process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if doing:
                progress(doing, time.monotonic() - started, None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and all that it started, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.stdin is not None:
        process.stdin.close()
