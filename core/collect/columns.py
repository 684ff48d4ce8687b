"""The names under which files hold the fields of a post. Pure.

The names of Reddit's API come first. Capitals, blanks and dots make no difference: ``Subreddit``,
``Created UTC`` and ``subreddit.name`` are understood.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from core.errors import InputError

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "post_id", "submission_id"),
    "name": ("name", "fullname", "full_name"),
    "permalink": ("permalink", "full_link", "post_url", "post_link", "link_to_post"),
    "subreddit": (
        *("subreddit", "subreddit_name", "subreddit_display_name", "subredditname"),
        *("sub_reddit", "subreddit_title"),
    ),
    "subreddit_name_prefixed": ("subreddit_name_prefixed", "subreddit_prefixed"),
    "created_utc": (
        *("created_utc", "created", "created_at", "createdutc", "creation_utc", "created_time"),
        *("created_date", "creation_date", "timestamp", "datetime", "date", "time", "utc"),
    ),
    "title": ("title", "post_title", "submission_title"),
    "selftext": ("selftext", "self_text", "body", "text", "post_text", "post_body", "content"),
    "is_self": ("is_self", "isself"),
    "domain": ("domain",),
    "url": ("url", "link"),
    "score": ("score", "ups", "upvotes", "points"),
    "num_comments": ("num_comments", "comms_num", "number_of_comments", "comment_count"),
    "over_18": ("over_18", "over18", "nsfw", "is_nsfw"),
    "link_flair_text": ("link_flair_text", "flair", "link_flair", "post_flair"),
    "removed_by_category": ("removed_by_category",),
    "_meta": ("_meta",),
}
"""Field -> what it is called, the likeliest first."""
FILE_LABEL = "file's subreddit"
"""Under which a row holds what its file says of the subreddit: no column has this name."""
_NEEDED = ("id", "created_utc", "title", "selftext")
_IDS = ("id", "name", "permalink")
_SEPARATORS = re.compile(r"[\s.\-_/]+")
_ALWAYS = frozenset({"id", "created_utc", "title", "selftext", "subreddit"})
_COMMENT = ("parent_id", "link_id")


def columns_of(names: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Field -> the column that holds it.

    Args:
        chosen: field -> column, where the user says so.
    """
    written: dict[str, str] = {}
    for name in names:
        written.setdefault(_key(name), name)
    found = {}
    for field, spellings in NAMES.items():
        column = next((written[_key(s)] for s in spellings if _key(s) in written), None)
        if column is not None:
            found[field] = column
    for field, column in (chosen or {}).items():
        if column in names or _key(column) in written:
            found[field] = column if column in names else written[_key(column)]
    return found


def check(columns: Mapping[str, str], names: Iterable[str]) -> None:
    """Refuse a table without what every post has.

    Raises:
        InputError: naming the columns that are missing.
    """
    missing = [
        field
        for field in _NEEDED
        if field not in columns and not (field == "id" and any(i in columns for i in _IDS))
    ]
    if missing:
        shown = ", ".join(repr(name[:30]) for name in list(names)[:6])
        raise InputError(
            f"has no column {', '.join(missing)} (it names {shown})",
            f"A table must name its columns, among them {', '.join(_NEEDED)}. Where they"
            f" have other names, say so: --column {missing[0]}=THEIRS.",
        )


def named(fields: Mapping[str, Any], chosen: Mapping[str, str]) -> Mapping[str, Any]:
    """An object of a dump with the names of the API, which most have already."""
    if not chosen and fields.keys() >= _ALWAYS:
        return fields
    columns = _of_keys(tuple(fields), tuple(chosen.items()))
    return {field: fields[column] for field, column in columns.items()}


def is_comment(fields: Mapping[str, Any]) -> bool:
    """Whether an object is a comment: it answers something, and has no title."""
    return "title" not in fields and any(fields.get(name) for name in _COMMENT)


@lru_cache(maxsize=1_000)
def _of_keys(keys: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return columns_of(keys, dict(chosen))


def _key(name: str) -> str:
    if name == "_meta":
        return name
    return _SEPARATORS.sub("", name.strip().strip('"').lower())
