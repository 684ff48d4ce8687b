"""Paths and places as people write them. Pure, but for who has which home folder."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from core.network import is_loopback


def anchor_place(text: str) -> str:
    """Where anchors of the audit log are kept, so that it holds in whichever folder.

    Args:
        text: ``file:PATH`` or only the path, ``git:FOLDER``, or an address of https; of http on
            this machine.

    Raises:
        ValueError: it is none of these.
    """
    if text.startswith(("https://", "http://")):
        parts = urlsplit(text)
        if parts.hostname and (parts.scheme == "https" or is_loopback(parts.hostname)):
            return text
        raise ValueError("Anchors go over https, or over http to this machine only")
    kind, colon, path = text.partition(":")
    if not colon or kind not in ("file", "git"):
        kind, path = "file", text
    if not path or re.match(r"\w+://", path):
        raise ValueError("Give a path, file:PATH, git:FOLDER or an https address")
    return f"{kind}:{expanded(Path(path)).absolute()}"


def expanded(path: Path) -> Path:
    """The path with the home folder in the place of ``~``, which only a shell writes out.

    Raises:
        ValueError: the user has no home, or does not exist.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from error
