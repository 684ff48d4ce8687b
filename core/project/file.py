"""Where the project is, and what its ``signoff.toml`` holds."""

import os
from pathlib import Path

from core.errors import InputError
from core.hints import Command, Hint
from core.toml_files import Document, parsed

FILE = "signoff.toml"
_HINT = 'Write tables as [settings] and [[step]], and text in "quotes".'


def find(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds a ``signoff.toml``, as git finds its
    repository; None where there is none.
    """
    for folder in (start, *start.parents):
        if os.path.isfile(folder / FILE):  # noqa: PTH113 - Path's raises where it may not look
            return folder
    return None


def here() -> Path | None:
    """The project that the working directory lies in; None outside of one."""
    try:
        return find(Path.cwd())
    except FileNotFoundError:  # the folder was removed under this process
        return None


def read(project: Path) -> Document:
    """The ``signoff.toml`` of a project.

    Raises:
        InputError: it is not there, cannot be read, or is not TOML.
    """
    return read_file(project / FILE)


def read_file(path: Path) -> Document:
    """A file that is written as a ``signoff.toml``. Raises as :func:`read`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"There is no {path.name} in {path.parent}, which makes a folder a project",
            Hint("Begin a project there.", Command("init", str(path.parent))),
        ) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", "Change its permissions."
        ) from error
    return parsed(content, name=path.name, hint=_HINT)
