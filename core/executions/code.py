"""Which code ran: the commit of Signoff and of the team's project, what was changed since, and a
digest of Signoff's code itself.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import core
from core.executions.git import git
from core.executions.masking import masked
from core.settings import CHECKOUT
from core.words import count

_SOURCE = Path(core.__file__).resolve().parent
_SOURCE_FILES = (".css", ".html", ".mako", ".py", ".pyi", ".pyx", ".sql", ".svg", ".toml")
"""Endings of new files that a patch contains; any other may be data, or hold somebody's secrets."""
_PLAIN = ("--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--relative")
"""A patch that git applies, whatever the person's own settings are."""
_SECRET_FILES = (".env*", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa*", ".netrc", ".pypirc")
_NO_SECRETS = tuple(f":(exclude,glob,icase)**/{name}" for name in _SECRET_FILES)
"""What is made to hold secrets is in no patch, whoever committed it."""
_COMMIT = re.compile("[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder in a git repository. ``patch`` is empty for a clean one. ``masked``: in how many of
    its lines something looked like a secret and was masked.
    """

    commit: str
    patch: bytes
    masked: int

    @property
    def note(self) -> str | None:
        """What is not as it was in ``patch``."""
        if not self.masked:
            return None
        return f"{count(self.masked, 'line')} of the patch looked like secrets and were masked"

    def as_json(self, patch_digest: str | None) -> dict[str, Any]:
        """As it is recorded of a team's project, beside :meth:`CodeVersion.as_json`."""
        return {
            "project_commit": self.commit,
            "project_dirty": bool(self.patch),
            "project_patch": patch_digest,
            "project_note": self.note,
        }


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
    # Without a checkout: whatever lies around the installed package.
    found = tree(_SOURCE.parent, new=("core", "dashboard")) if CHECKOUT else None
    if found is None:
        return CodeVersion(commit=None, patch=b"", source=source)
    return CodeVersion(found.commit, found.patch, source, found.masked)


def tree(folder: Path, *, new: tuple[str, ...]) -> Tree | None:
    """What a folder holds now; None where git knows no commit of it.

    Args:
        new: where source files that git does not know yet belong to it.
    """
    commit = git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    patch, lines = masked(_patch(folder, new))
    return Tree(commit.decode().strip(), patch, lines)


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


def _patch(folder: Path, new: tuple[str, ...]) -> bytes:
    """Changes to tracked files, and the new source files among the code, as one patch of paths
    from ``folder`` on.
    """
    tracked = git(folder, "diff", *_PLAIN, "HEAD", "--", ".", *_NO_SECRETS) or b""
    listed = git(
        folder, "ls-files", "-z", "--others", "--exclude-standard", "--", *new, *_NO_SECRETS
    )
    added = [
        git(folder, "diff", *_PLAIN[:-1], "--no-index", "/dev/null", name, fine=(0, 1)) or b""
        for name in (listed or b"").decode(errors="surrogateescape").split("\0")
        if name.endswith(_SOURCE_FILES)
    ]
    return tracked + b"".join(added)


def changes_between(before: str, after: str) -> bytes | None:
    """The patch of Signoff's code from one commit to another, without what looks like a secret;
    None where this checkout does not have both.
    """
    return _between(_SOURCE.parent, before, after, "core") if CHECKOUT else None


def project_changes_between(folder: Path, before: str, after: str) -> bytes | None:
    """The same of the team's project, which lies in ``folder``."""
    return _between(folder, before, after, ".")


def _between(folder: Path, before: str, after: str, within: str) -> bytes | None:
    if not all(map(_COMMIT.fullmatch, (before, after))):
        return None
    patch = git(folder, "diff", *_PLAIN[1:], before, after, "--", within, *_NO_SECRETS)
    return None if patch is None else masked(patch)[0]
