"""Names of subreddits, as Reddit allows them and as people write them."""

import re

from core.errors import InputError

_SUBREDDIT = re.compile(r"[A-Za-z0-9_.\-]{1,50}")
"""What files may hold: profiles are ``u_name``, and old names are odd."""
_REDDITS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,21}")
_PREFIXED = re.compile(
    r"(?:https?://(?:[a-z0-9-]+\.)?reddit\.com)?/?(?P<kind>r|u|user)/(?P<name>[^/]*)", re.IGNORECASE
)
_PERMALINK = re.compile(
    r"(?:https?://(?:[a-z0-9-]+\.)?reddit\.com)?/?(?P<kind>r|u|user)/(?P<name>[\w.\-]+)"
    r"/comments/(?P<id>[0-9a-z]{1,16})(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


def is_subreddit(name: str) -> bool:
    """Whether Reddit could have a subreddit of this name."""
    return _SUBREDDIT.fullmatch(name) is not None


def is_at_reddit(name: str) -> bool:
    """Whether it can be asked for there: narrower than what files may hold."""
    return _REDDITS.fullmatch(name) is not None


def without_prefix(name: str) -> str:
    """The subreddit that ``cats``, ``r/cats`` or ``/r/cats/`` names; ``u/name`` is ``u_name``."""
    name = name.strip()
    match = _PREFIXED.fullmatch(name.rstrip("/")) if "/" in name else None
    return _name(match) if match else name.strip("/")


def of_permalink(link: str) -> tuple[str, str] | None:
    """Subreddit and id that the address of a post names; None: it is no such address."""
    match = _PERMALINK.fullmatch(link.strip())
    return (_name(match), match["id"].lower()) if match else None


def _name(match: re.Match[str]) -> str:
    return match["name"] if match["kind"] in "rR" else f"u_{match['name']}"


def subreddit_name(text: str) -> str:
    """The subreddit that a person means.

    Raises:
        InputError: none can have this name.
    """
    name = without_prefix(text)
    if not is_subreddit(name):
        raise InputError(
            f"{text[:50]!r} is not the name of a subreddit", "Write it like cats or r/cats."
        )
    return name
