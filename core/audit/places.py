"""Where anchors are kept, out of reach of who can write to the workspace: a file, a git repository,
or a server.

Each anchor is a line of JSON. A place is written as in SIGNOFF_AUDIT_ANCHOR: ``file:PATH`` or only
the path, ``git:FOLDER``, or an address that begins with ``https://``.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from core.audit.chain import Anchor
from core.errors import InputError, StorageError, UnavailableError
from core.hints import Command, Hint
from core.network import without_password
from core.outgoing import NoAnswerError, ask
from core.paths import anchor_place
from core.settings import settings
from core.store.artifacts import append_line, storage_errors

FILE = "anchors.jsonl"
"""The file of a git repository that anchors are added to."""
SECONDS = 15.0
"""How long git is waited for."""
MOST = 64 << 20
"""Bytes of a server's answer."""
_SIGNOFF = ("-c", "user.name=Signoff", "-c", "user.email=signoff@localhost")


class Place(Protocol):
    """Where anchors are kept. ``shown``: its name in messages, without anything secret."""

    @property
    def shown(self) -> str: ...

    def kept(self) -> list[Anchor]:
        """Its anchors as far as this machine knows them; none before the first."""

    def read(self) -> list[Anchor] | None:
        """Its anchors; None: they cannot be read back.

        Raises:
            InputError: it has none, or a line of it is not an anchor.
        """

    def add(self, anchor: Anchor) -> None:
        """Add one; whatever else happens, those before it stay.

        Raises:
            SignoffError: it could not be added.
        """

    def unpushed(self) -> list[Anchor]:
        """Anchors that are on this machine only, although they are to be pushed; mostly none."""


def place(text: str) -> Place:
    """The place that is written like that.

    Raises:
        InputError: no place is written like that.
    """
    try:
        kind, _, rest = anchor_place(text).partition(":")
    except ValueError as error:
        shown = without_password(text)[:100]
        raise InputError(f"{shown!r} cannot hold anchors", f"{error}.") from None
    if kind == "git":
        return GitPlace(Path(rest))
    return FilePlace(Path(rest)) if kind == "file" else WebPlace(f"{kind}:{rest}")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file, made with the first anchor."""

    path: Path

    @property
    def shown(self) -> str:
        return str(self.path)

    def kept(self) -> list[Anchor]:
        begun = self.path.exists() and self.path.stat().st_size
        return self.read() if begun else []

    def read(self) -> list[Anchor]:
        if not self.path.is_file():
            raise InputError(
                f"There is no file {self.path}",
                Hint("Write the first anchor.", Command("audit anchor", self.shown)),
            )
        with storage_errors(self.path):
            content = self.path.read_bytes()
        return _anchors(content.splitlines(), self.shown)

    def add(self, anchor: Anchor) -> None:
        append_line(self.path, _line(anchor))

    def unpushed(self) -> list[Anchor]:
        return []


@dataclass(frozen=True, slots=True)
class GitPlace:
    """A folder in the working tree of a git repository: each anchor is a commit.

    Every line that was ever committed to :data:`FILE` counts, also if a later commit took it out.
    """

    folder: Path

    @property
    def shown(self) -> str:
        return f"git:{self.folder}"

    def read(self) -> list[Anchor]:
        anchors = self.kept()
        if not anchors:
            raise InputError(
                f"No anchor was committed to {FILE} in {self.folder}",
                Hint("Write the first anchor.", Command("audit anchor", self.shown)),
            )
        return anchors

    def add(self, anchor: Anchor) -> None:
        self._require_repository()
        append_line(self.folder / FILE, _line(anchor))
        self._git("add", "--", FILE)
        message = f"Anchor entry {anchor.number} of the audit log"
        self._git(*_SIGNOFF, "commit", "--quiet", "--message", message, "--", FILE)
        if self._pushes:
            # All that was committed since the last push that worked, not only this one.
            self._git("-c", "push.autoSetupRemote=true", "push", "--quiet")

    def kept(self) -> list[Anchor]:
        """What was added to the file in any commit, the earliest first. Lines that are no anchors
        are left out: a commit cannot be mended.
        """
        self._require_repository()
        return self._committed("--all")

    def unpushed(self) -> list[Anchor]:
        self._require_repository()
        return self._committed("--all", "--not", "--remotes") if self._pushes else []

    @property
    def _pushes(self) -> bool:
        return settings().audit_anchor_push and bool(self._git("remote").strip())

    def _committed(self, *which: str) -> list[Anchor]:
        """Of these commits, as git names them."""
        if not self._git("rev-list", "--max-count=1", *which, "--", FILE).strip():
            return []
        plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature")
        told = self._git(
            "log",
            *which,
            "--reverse",
            "--format=",
            "--patch",
            "--text",
            "--unified=0",
            *plain,
            "--",
            FILE,
        )
        anchors = []
        for line in re.findall(r"(?m)^\+(\{.*)$", told):
            with suppress(InputError):
                anchors.append(_anchor(self.shown, 1, line.encode()))
        return anchors

    def _require_repository(self) -> None:
        if not self.folder.is_dir():
            raise InputError(
                f"There is no folder {self.folder}",
                "Name the folder of a git repository: git init makes one.",
            )
        self._git("rev-parse", "--git-dir")

    def _git(self, *words: str) -> str:
        """What git prints. It asks nothing, and knows only of this folder's repository."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.folder), *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env={**plain, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StorageError(
                f"git does not work in {self.folder}: {error}", "Try git status there yourself."
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
            raise StorageError(
                f"git refused in {self.folder}: {said}", "Try git status there yourself."
            )
        return done.stdout.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class WebPlace:
    """A server that takes each anchor by POST. By GET at the same address it may give them back, as
    lines of JSON.
    """

    address: str = field(repr=False)

    @property
    def shown(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def kept(self) -> list[Anchor]:
        return []

    def read(self) -> list[Anchor] | None:
        content = self._ask("GET", None)
        return None if content is None else _anchors(content.splitlines(), self.shown)

    def add(self, anchor: Anchor) -> None:
        self._ask("POST", f"{_line(anchor)}\n".encode())

    def unpushed(self) -> list[Anchor]:
        return []

    def _ask(self, method: str, body: bytes | None) -> bytes | None:
        """What it answers; None where it gives nothing back by design."""
        try:
            answer = ask(method, self.address, body=body, most=MOST)
        except NoAnswerError as error:
            raise self._failed(str(error)) from error
        if not body and answer.status in _TAKES_ONLY:
            return None
        if not answer.good:
            raise self._failed(f"it answered {answer.status}")
        return answer.content

    def _failed(self, why: str) -> UnavailableError:
        return UnavailableError(
            f"{self.shown} did not take or give anchors: {why}",
            "Check the address of SIGNOFF_AUDIT_ANCHOR, and whether the server works.",
        )


_TAKES_ONLY = (204, 404, 405, 501)
"""Answers to GET of a server that takes anchors and does not give them back."""


_CUT_OFF = re.compile(rb'\{("|"n[^}]*)?')
"""A line whose writer was killed in the middle of it."""


def _line(anchor: Anchor) -> str:
    return json.dumps(asdict(anchor))


def _anchors(lines: Iterable[bytes], where: str) -> list[Anchor]:
    anchors = [
        _anchor(where, number, line)
        for number, line in enumerate(lines, start=1)
        if not _CUT_OFF.fullmatch(line)
    ]
    if not anchors:
        raise InputError(f"{where} has no anchors", "Restore it from your team's copy.")
    return anchors


def _anchor(where: str, number: int, line: bytes) -> Anchor:
    try:
        anchor = Anchor(**json.loads(line))
    except (TypeError, ValueError):
        anchor = None
    if anchor is None or [type(value) for value in asdict(anchor).values()] != [int, str, str]:
        raise InputError(
            f"Line {number} of {where} is not an anchor", "Restore the file, or remove that line."
        )
    return anchor
