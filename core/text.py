"""A post becomes the one normalised line that every model sees, in training and in serving alike.

A change that alters any line must raise :data:`NORMALISER`: the version is stored with every
snapshot and model, and a model refuses lines of another version.
"""

import re
import unicodedata

NORMALISER = 1
"""Version of the rules below."""

MAX_BODY = 1_000
"""Characters of the body that are used. Measured on the real posts: four times as many cost a
quarter more training time and bring no better macro F1 (docs/decisions/0004-defaults.md)."""

# A run of letters and digits, or one other visible character (not a control character, nor half
# of a surrogate pair). The underscore stands alone, so that no text can spell fastText's label
# prefix, nor "</s>", its end of line.
_TOKEN = re.compile(r"[^\W_]+|[^\w\s\x00-\x1f\x7f-\x9f\ud800-\udfff]|_")


_PLAIN = re.compile(r"[0-9A-Za-z]")


def is_empty(title: str, body: str = "") -> bool:
    """Whether :func:`normalise` leaves nothing; quick where there is a plain letter or digit."""
    if _PLAIN.search(title) or _PLAIN.search(body, 0, MAX_BODY):
        return False
    return not normalise(title, body)


def normalise(title: str, body: str = "") -> str:
    """Title and body as lower-case tokens separated by single spaces.

    Unicode compatibility forms are folded (NFKC), punctuation marks are tokens of their own,
    control characters and line breaks vanish. Empty input gives ``""``. Idempotent:
    ``normalise(normalise(t)) == normalise(t)`` for titles.

    For example ``Is C++ DEAD?`` gives ``is c + + dead ?``.
    """
    text = unicodedata.normalize("NFKC", f"{title} {body[:MAX_BODY]}").lower()
    # Lower-casing can leave compatibility forms behind ("İ" gives "i" and a combining dot).
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", text)))
