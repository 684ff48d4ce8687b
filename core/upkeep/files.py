"""Checks of a workspace's folder and of the files in it."""

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from core.errors import CorruptArtifactError, NotFoundError
from core.hints import Command, Hint
from core.settings import settings
from core.store import references
from core.store.inventory import bytes_in, inventory
from core.store.left_behind import left_behind
from core.store.permissions import is_closed
from core.upkeep.finding import Found, Look, fine, wrong
from core.words import byte_size, count

LEAST_ROOM = 1 << 30
"""Bytes of free disk; more where an artifact is large."""
_TIMES = 5
"""As much room as the largest artifact takes: for a model, its training and its evaluation."""
_NAMED = 3


def permissions(look: Look) -> Found:
    """Who the workspace belongs to, and that nobody else can read it."""
    owner, here = look.home.stat().st_uid, os.geteuid()
    if not os.access(look.home, os.R_OK | os.X_OK):
        return wrong(f"You cannot read {look.home}.", _as_owner(owner))
    if owner != here and not settings().share_workspace:
        whose, mine = _account(owner), _account(here)
        return wrong(f"The workspace belongs to {whose}, and you are {mine}.", _as_owner(owner))
    if not os.access(look.home, os.W_OK):
        return wrong(
            "The workspace can be read, but not written.",
            "Check the folder's permissions, and whether its disk is mounted read-only.",
        )
    others = [path for path in _its_files(look.home) if path.stat().st_uid != owner]
    if others and not settings().share_workspace:
        return wrong(
            f"{count(len(others), 'file')} of the workspace belong to other accounts, such as"
            f" {others[0]}.",
            f"Run: chown -R {_account(owner)} {look.home}",
        )
    if not is_closed(look.home):  # nobody comes through a closed folder to what is in it
        return wrong(
            f"Other accounts of this machine can read {look.home}.",
            Hint("Opening the workspace closes it to them.", Command("db upgrade")),
        )
    return fine(f"It belongs to you{_shared()}.")


def room(look: Look) -> Found:
    """Whether the disk has room for what comes next."""
    free = shutil.disk_usage(look.home).free
    largest = max((file.size for file in inventory(look.store.artifacts.root).values()), default=0)
    needed = max(LEAST_ROOM, _TIMES * largest)
    said = f"{byte_size(free)} are free"
    if free >= needed:
        return fine(f"{said}.")
    return wrong(
        f"{said}, and {byte_size(needed)} should be: the largest artifact takes"
        f" {byte_size(largest)}.",
        Hint("Free some space; this removes what nothing needs any more.", Command("gc")),
    )


def artifacts(look: Look) -> Found:
    """Whether everything is there that rows refer to and, thoroughly, is what was stored."""
    there = inventory(look.store.artifacts.root)
    with look.store.read() as session:
        needed = references.required(session)
        mentioned = references.mentioned(session)
    missing = {digest: table for digest, table in needed.items() if digest not in there}
    if missing:
        shown = [f"{digest[:12]} of {table}" for digest, table in missing.items()]
        more = ", …" if shown[_NAMED:] else ""
        return wrong(
            f"Missing: {len(missing):,} of {count(len(needed), 'artifact')}"
            f" ({', '.join(shown[:_NAMED])}{more}).",
            "Restore them from a backup, or run the steps that made them again, with --force.",
        )
    if not look.thorough:
        return fine(f"{count(len(needed), 'artifact')}, none missing (--thorough reads them, too).")
    damaged = _damaged(look, sorted(there.keys() & (needed.keys() | mentioned)))
    if damaged:
        return wrong(
            f"{count(len(damaged), 'artifact')} damaged or unreadable:"
            f" {', '.join(str(path) for path in damaged[:_NAMED])}.",
            "Restore them from a backup. Or delete them, and run the steps that made them again,"
            " with --force.",
        )
    return fine(f"{count(len(needed), 'artifact')}, none missing or damaged.")


def leftovers(look: Look) -> Found:
    """Whether killed processes left something behind."""
    folders = left_behind(look.store.artifacts.root)
    if not folders:
        return fine("Nothing was left behind by killed processes.")
    size = byte_size(sum(map(bytes_in, folders)))
    return wrong(
        f"Killed processes left {count(len(folders), 'folder')} behind ({size}).",
        Hint("Remove them.", Command("gc")),
    )


def _damaged(look: Look, digests: list[str]) -> list[Path]:
    found = []
    for done, digest in enumerate(digests):
        look.progress("Reading artifacts", done, len(digests))
        try:
            look.store.artifacts.open(digest)
        except (CorruptArtifactError, OSError):
            found.append(look.store.artifacts.place(digest))
        except NotFoundError:  # it was removed since, as it may be
            continue
    return found


def _its_files(home: Path) -> Iterator[Path]:
    yield home
    yield from home.glob("signoff*.db*")
    yield from (path for path in (home / "artifacts", home / "seal.key") if path.exists())


def _as_owner(owner: int) -> Hint:
    return Hint(
        f"Work as {_account(owner)}, or set SIGNOFF_SHARE_WORKSPACE if the workspace is for several"
        " accounts."
    )


def _account(number: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    return f"user {number}"


def _shared() -> str:
    return ", and is shared as far as the umask lets others read it" * settings().share_workspace
