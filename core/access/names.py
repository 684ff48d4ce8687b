"""Names of people: how they are written, and whether two of them mean one person.

Rights are given by the written name, where only upper and lower case are the same: who has one that
merely resembles another's gets nothing by it. Where two people are asked for, names that resemble
each other are one person.
"""

import re
import unicodedata

from core.errors import InputError
from core.invisible import takes_no_room

MAX_NAME = 254
"""Characters of a name: as long as an email address may be."""


def person(name: str) -> str:
    """A login name or an email address as history writes it; email addresses in lower case.

    Raises:
        InputError: it is empty, too long, or has blanks, characters that cannot be seen, or
            variants of letters, such as those of double width.
    """
    # Pages put a word joiner into an address so that it is not a link; copied, it comes along.
    written = unicodedata.normalize("NFC", name.replace("\u2060", "").strip())
    if _unfit(written) or " " in written or unicodedata.normalize("NFKC", written) != written:
        raise InputError(
            f"{name[:50]!r} is not a valid name",
            f"Give a login name or an email address of up to {MAX_NAME} characters, without"
            " spaces or special forms of letters.",
        )
    return written.lower() if "@" in written else written


def operator(name: str) -> str:
    """The name of whoever uses this machine, which may have blanks: one between words, none around.

    Raises:
        InputError: it is empty, too long, or has characters that cannot be seen.
    """
    written = re.sub(" +", " ", unicodedata.normalize("NFKC", name)).strip(" ")
    if _unfit(written):
        raise InputError(
            f"{name[:50]!r} is not a valid name for the one who acts",
            f"Set SIGNOFF_USER to a name of up to {MAX_NAME} characters in one line.",
        )
    return written.lower() if "@" in written else written


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's to whoever reads them: whatever their case, their blanks,
    the form of their letters, and what cannot be seen.
    """
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """What the names of one person have in common."""
    before = ""
    while name != before:  # folding may bring about what can be folded further
        before = name
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        name = " ".join("".join(each for each in name if not _unseen(each)).split())
    return name


def _unfit(written: str) -> bool:
    blanks = any(unicodedata.category(each)[0] == "Z" and each != " " for each in written)
    return not written or len(written) > MAX_NAME or blanks or any(map(_unseen, written))


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "C" or takes_no_room(letter)
