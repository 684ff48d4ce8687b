"""Which code ran: the commit, what was changed since, and a digest of the code itself."""

import hashlib
import re
import subprocess
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import core
from core.executions.masking import masked
from core.settings import CHECKOUT
from core.words import count

_SOURCE = Path(core.__file__).resolve().parent
_GIT_SECONDS = 30
_SOURCE_FILES = (".css", ".html", ".mako", ".py", ".pyi", ".pyx", ".sql", ".svg", ".toml")
"""Endings of new files that a patch contains; any other may be data, or hold somebody's secrets."""
_PLAIN = ("--binary", "--no-color", "--no-ext-diff")
"""A patch that git applies, whatever the person's own settings are."""
_COMMIT = re.compile("[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """``commit`` is None outside a git checkout; ``patch`` is empty for a clean tree. ``masked``:
    in how many of its lines something looked like a secret and was masked.

    ``source`` is a digest of the files of ``core``: two runs of the same code share it whatever
    git says.
    """

    commit: str | None
    patch: bytes
    source: str
    masked: int = 0

    def as_json(self, patch_digest: str | None) -> dict[str, Any]:
        note = None if self.commit else "not a git checkout: the source digest names the code"
        if self.masked:
            note = f"{count(self.masked, 'line')} of the patch looked like secrets and were masked"
        return {
            "commit": self.commit,
            "dirty": bool(self.patch),
            "patch": patch_digest,
            "source": self.source,
            "note": note,
        }


@lru_cache(maxsize=1)
def code_version() -> CodeVersion:
    """The code of this process, looked at once: later edits are not what runs."""
    source = source_digest(_SOURCE.name)
    commit = _git("rev-parse", "HEAD") if CHECKOUT else None  # else of whatever lies around it
    if commit is None:
        return CodeVersion(commit=None, patch=b"", source=source)
    patch, lines = masked(_patch())
    return CodeVersion(commit=commit.decode().strip(), patch=patch, source=source, masked=lines)


@cache
def source_digest(*names: str) -> str:
    """SHA-256 of the files of these packages and modules, ``core`` or below.

    Looked at once in the life of a process: later edits are not what runs.
    """
    digest = hashlib.sha256()
    for path in sorted({path for name in names for path in _files(name)}):
        digest.update(path.relative_to(_SOURCE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(name: str) -> list[Path]:
    place = _SOURCE.parent.joinpath(*name.split("."))
    return list(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def _patch() -> bytes:
    """Changes to tracked files, and the new source files among the code, as one patch."""
    tracked = _git("diff", *_PLAIN, "HEAD") or b""
    listed = _git("ls-files", "-z", "--others", "--exclude-standard", "core", "dashboard") or b""
    new = [
        _git("diff", *_PLAIN, "--no-index", "/dev/null", name, fine=(0, 1)) or b""
        for name in listed.decode().split("\0")
        if name.endswith(_SOURCE_FILES)
    ]
    return tracked + b"".join(new)


def changes_between(before: str, after: str) -> bytes | None:
    """The patch of Signoff's code from one commit to another, without what looks like a secret;
    None where this checkout does not have both.
    """
    if not CHECKOUT or not all(map(_COMMIT.fullmatch, (before, after))):
        return None
    patch = _git("diff", *_PLAIN[1:], before, after, "--", "core")
    return None if patch is None else masked(patch)[0]


def _git(*words: str, fine: tuple[int, ...] = (0,)) -> bytes | None:
    """What git prints, or None where there is no git, no checkout or no commit."""
    try:
        result = subprocess.run(
            ["git", *words],
            cwd=_SOURCE.parent,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout if result.returncode in fine else None
