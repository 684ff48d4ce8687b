"""A post becomes the one normalised line that every model sees, in training and in serving alike.

A line has up to three fields: the words of the title, the words of the text, and the domain that
the post links to. A change that alters any line must raise :data:`NORMALISER`: the version is
stored with every snapshot and model, and :func:`reads` says which models may see which lines.
"""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

from core.invisible import GAPS, is_visible, without_invisible

NORMALISER = 3
"""Version of the rules below. 3: what nobody sees is dropped, and parts no words."""

_LINES_AS_BEFORE = frozenset({(2, 3)})
"""Versions of model and lines where every one of these lines could be of the model's own version:
a line of 3 is what 2 makes of the same text without invisible characters."""

MAX_BODY = 1_000
"""Characters of the body that are used. Measured on the real posts: four times as many cost a
quarter more training time and bring no better macro F1
(docs/decisions/0004-linear-by-default.md)."""

# A run of letters and digits, or one other visible character. The underscore stands alone, so
# that no text can spell fastText's label prefix, nor "</s>", its end of line.
_TOKEN = re.compile(rf"[^\W_]+|[^\w{GAPS}]|_")
_ASCII_TOKEN = re.compile(r"[0-9a-z]+|[!-/:-`{-~]")  # the same for such lower-case texts, faster

_PLAIN = re.compile(r"[0-9A-Za-z]")

FIELD = "\t"
"""What stands between the fields of a line; the last ones are left out where they are empty. No
word holds it, and fastText takes it for a blank."""

SELF = "self"
"""Instead of a domain: the post has its text and links nowhere. (Reddit says ``self.cats``, which
gives the subreddit away.)"""

# It must not begin with fastText's label prefix, either.
_DOMAIN = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)+")
_LONGEST_DOMAIN = 253
_WWW = re.compile(r"\A(?:www[0-9]*\.)+")


class Post(NamedTuple):
    """What models read of a post. ``domain``: as :func:`domain_of`, :data:`SELF`, or empty where
    it is not known.
    """

    title: str
    body: str = ""
    domain: str = ""


def read_of(title: str, body: str, domain: str, *, is_self: bool) -> Post:
    """A post as Reddit gives it. Nothing of it may name the subreddit, as ``self.cats`` does."""
    return Post(title, body, SELF if is_self else domain_of(domain))


def post_of(title: str, body: str = "", url: str = "") -> Post:
    """A post as its author writes it: with the address that it links to, a text, or neither."""
    return Post(title, body, domain_of(url) if url.strip() else SELF if is_visible(body) else "")


def is_empty(title: str, body: str = "") -> bool:
    """Whether :func:`normalise` leaves nothing; quick where there is a plain letter or digit."""
    for text in (title, body):
        if "&" not in text and _PLAIN.search(text, 0, MAX_BODY):  # else it may spell an entity
            return False
    return not normalise(title, body)


def reads(model: int, lines: int) -> bool:
    """Whether a model trained on lines of version ``model`` may be given those of version
    ``lines``.
    """
    return model == lines or (model, lines) in _LINES_AS_BEFORE


def normalise(title: str, body: str = "", domain: str = "") -> str:
    """Title and body as lower-case tokens separated by single spaces, and the domain as it is.

    Unicode compatibility forms are folded (NFKC), punctuation marks are tokens of their own. What
    nobody sees vanishes (:mod:`core.invisible`): characters without room as if they had never
    been there, gaps, control characters and line breaks by parting words. Without a token in title
    and body the line is ``""``, whatever the domain. Idempotent: ``normalise(normalise(t)) ==
    normalise(t)`` for titles.

    For example ``Is C++ DEAD?`` gives ``is c + + dead ?``.
    """
    words = _tokens(without_invisible(title)), _tokens(without_invisible(body, most=MAX_BODY))
    return FIELD.join((*words, domain)).rstrip(FIELD) if any(words) else ""


def fields(line: str) -> Post:
    """The fields of a line: the words of title and body, and the domain."""
    return Post(*line.split(FIELD, 2))


def words_of(line: str) -> str:
    """The words of title and body, separated by single spaces: what the post says."""
    return " ".join(filter(None, line.split(FIELD, 2)[:2])) if FIELD in line else line


def without_domain(line: str) -> str:
    """The line of the same post where its domain is not known."""
    post = fields(line)
    return FIELD.join((post.title, post.body)).rstrip(FIELD)


def domain_of(link: str) -> str:
    """The host of a link, or of a bare domain, in small letters and without ``www.`` or ``www2.``,
    which Reddit leaves out of a post's domain.

    :data:`SELF` for what Reddit calls the domain of a text post; empty for what has no host. For
    example ``https://www.YouTube.com/watch?v=1`` gives ``youtube.com``.
    """
    link = link.strip()
    try:
        host = urlsplit(link if "//" in link else f"//{link}").hostname or ""
    except ValueError:
        return ""
    host = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    host = _WWW.sub("", host)
    if len(host) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(host):
        return ""
    return SELF if host.startswith(f"{SELF}.") else host


def _tokens(text: str) -> str:
    if text.isascii():
        return " ".join(_ASCII_TOKEN.findall(text.lower()))
    folded = unicodedata.normalize("NFKC", text)
    if "&" in folded:  # folding can complete an entity, of characters of double width
        folded = unicodedata.normalize("NFKC", without_invisible(folded))
    # Lower-casing can leave compatibility forms behind ("İ" gives "i" and a combining dot).
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", folded.lower())))
