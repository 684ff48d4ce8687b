"""A post becomes the one normalised line that every model sees, in training and in serving alike.

A line has up to three fields: the words of the title, the words of the text, and the domain that
the post links to. A change that alters any line must raise :data:`NORMALISER`: the version is
stored with every snapshot and model, and a model refuses lines of another version.
"""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

NORMALISER = 2
"""Version of the rules below."""

MAX_BODY = 1_000
"""Characters of the body that are used. Measured on the real posts: four times as many cost a
quarter more training time and bring no better macro F1
(docs/decisions/0004-linear-by-default.md)."""

# A run of letters and digits, or one other visible character (not a control character, nor half
# of a surrogate pair). The underscore stands alone, so that no text can spell fastText's label
# prefix, nor "</s>", its end of line.
_TOKEN = re.compile(r"[^\W_]+|[^\w\s\x00-\x1f\x7f-\x9f\ud800-\udfff]|_")

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
    return Post(title, body, domain_of(url) if url.strip() else SELF if body.strip() else "")


def is_empty(title: str, body: str = "") -> bool:
    """Whether :func:`normalise` leaves nothing; quick where there is a plain letter or digit."""
    if _PLAIN.search(title) or _PLAIN.search(body, 0, MAX_BODY):
        return False
    return not normalise(title, body)


def normalise(title: str, body: str = "", domain: str = "") -> str:
    """Title and body as lower-case tokens separated by single spaces, and the domain as it is.

    Unicode compatibility forms are folded (NFKC), punctuation marks are tokens of their own,
    control characters and line breaks vanish. Without a token in title and body the line is
    ``""``, whatever the domain. Idempotent: ``normalise(normalise(t)) == normalise(t)`` for
    titles.

    For example ``Is C++ DEAD?`` gives ``is c + + dead ?``.
    """
    words = _tokens(title), _tokens(body[:MAX_BODY])
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
    folded = unicodedata.normalize("NFKC", text).lower()
    # Lower-casing can leave compatibility forms behind ("İ" gives "i" and a combining dot).
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", folded)))
