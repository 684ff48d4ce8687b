"""Beginning a project: the files that a team keeps in its own repository."""

from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from core.errors import InputError
from core.project.file import FILE

FILES = {
    FILE: "signoff.toml",
    "release-policy.toml": "release-policy.toml",
    "topics.toml": "topics.toml",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    ".github/workflows/ci.yml": "workflows/ci.yml",
    ".github/workflows/retrain.yml": "workflows/retrain.yml",
}
"""Path in the project -> template of :mod:`core.project`."""
_VERSION = "@VERSION@"
"""Stands in a template for the version of Signoff that wrote it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What :func:`begin` did: the paths that it wrote, and those that were there and were left as
    they are, relative to the project.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]


def begin(folder: Path) -> Begun:
    """Write the files of a project into a folder, which is made where it is not there. What is
    there is never overwritten. Nothing is asked of the network or of git.

    Raises:
        InputError: the folder is a file.
        OSError: it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", "Name a folder, new or not.")
    written: list[str] = []
    kept: list[str] = []
    for name, template in FILES.items():
        (written if _write(folder / name, text_of(template)) else kept).append(name)
    return Begun(tuple(written), tuple(kept))


def text_of(template: str) -> str:
    """What a new project's file says."""
    source = files("core.project").joinpath("templates", template)
    return source.read_text(encoding="utf-8").replace(_VERSION, version("signoff"))


def _write(path: Path, text: str) -> bool:
    """Whether the file was not there, and is now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except OSError:  # a full disk; half of it would never be written again
        path.unlink(missing_ok=True)
        raise
    return True
