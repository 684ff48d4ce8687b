"""Which subreddit a file's posts are of, where they do not say so themselves. Pure.

In this order: a folder named ``subreddit=cats`` around the file; the name of the file, if it can
only be a subreddit's; the one subreddit that the user asks for. A name that says what is in a file,
or which part of something it is, is no subreddit: ``posts.csv``, ``part-0.csv``. The address of a
post, where there is one, knows better than any of these.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.collect.columns import FILE_LABEL
from core.collect.names import is_subreddit, without_prefix
from core.errors import InputError

_TABLE = re.compile(r"(.+)\.(?:(?:csv|tsv)(?:\.(?:gz|bz2|xz|zst))?|parquet)", re.IGNORECASE)
_HIVE = re.compile(r"(?:subreddit|subreddit_name)=(.+)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}|u_[A-Za-z0-9_\-]{3,20}")
_WORDS = re.compile(r"[A-Za-z]+")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NAMING = ("subreddit", "subreddit_name_prefixed", "permalink")
_GENERIC = frozenset(
    """
    all archive archived archives backup batch best chunk chunks clean cleaned combined
    comment comments content corpus crawl csv data dataset datasets date db default demo dev
    df dump dumps everything example examples export exported extract fetched file files
    filtered final first full hot index input item items json jsonl label labeled labelled
    labels latest list main merged month monthly my ndjson new newest old out output page
    parquet part partition parts pile post posts processed pushshift query raw rc record
    records reddit result results row rows rs run sample sampled samples scrape scraped
    second selfposts shard shards sheet split splits submission submissions subreddit
    subreddits subset table tables temp test testing text texts threads titles tmp top
    topics total train training tsv txt unnamed untitled val valid validation version with
    without xlsx year
    """.split()  # noqa: SIM905 - a list of so many lines is harder to read
)
"""Words that tell what a file holds. Subreddits of such names exist: the user can say so."""


@dataclass(frozen=True, slots=True)
class FileLabel:
    """What the place and the name of a file say, together with what the user asks for."""

    path: Path
    wanted: frozenset[str] = frozenset()

    def __call__(self, columns: Mapping[str, str]) -> dict[str, str]:
        """What to add to each row of a table with these columns.

        Raises:
            InputError: neither they nor the file say which subreddit it is.
        """
        label = self.around()
        if label:
            return {FILE_LABEL: label}
        if "subreddit" in columns or "subreddit_name_prefixed" in columns:
            return {}
        label = subreddit_of(self.path) or self.asked()
        if not label and "permalink" not in columns:
            raise InputError(
                "has no column subreddit, and its name does not say which subreddit it is",
                "If all its posts are of one, give it: --subreddit NAME. If a column holds it, name"
                " that: --column subreddit=THEIRS.",
            )
        return {FILE_LABEL: label}

    def of_objects(self, first: Mapping[str, Any]) -> dict[str, str]:
        """What to add to each object of a dump, given its first one. A dump's name tells nothing.

        That a single object names no subreddit means nothing: advertisements do not. Only where
        the first names none either, it is what the user asks for.
        """
        label = self.around()
        if not label and not any(name in first for name in _NAMING):
            label = self.asked()
        return {FILE_LABEL: label} if label else {}

    def around(self) -> str:
        """The subreddit that a folder around the file names, as Hive and Spark write it."""
        for folder in reversed(self.path.parts[:-1]):
            match = _HIVE.fullmatch(folder)
            if match and is_subreddit(name := without_prefix(match[1])):
                return name
        return ""

    def asked(self) -> str:
        """The one subreddit that the user asks for, or ``""``."""
        return next(iter(self.wanted)) if len(self.wanted) == 1 else ""


def subreddit_of(path: Path) -> str:
    """The subreddit that the name of a table gives it, or ``""``."""
    match = _TABLE.fullmatch(path.name)
    name = match[1] if match else ""
    return name if _NAME.fullmatch(name) and not is_generic(name) else ""


def is_generic(name: str) -> bool:
    """Whether a name tells what a file holds, or which part it is, rather than a subreddit.

    One such word between underscores or digits is enough (``gardening_posts``, ``part1``); of words
    that only capitals divide, all must be such (``RedditPosts``, not ``AskReddit``).
    """
    words = _WORDS.findall(name)
    if not words:
        return True
    if any(word.lower() in _GENERIC for word in words):
        return True
    return any(
        len(humps) > 1 and all(hump.lower() in _GENERIC for hump in humps)
        for humps in map(_HUMP.findall, words)
    )
