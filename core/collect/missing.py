r"""The one place that decides whether a field holds nothing. Pure.

Programs write "nothing" as a word: pandas ``nan`` and ``None``, databases ``NULL`` and ``\N``,
spreadsheets ``N/A``. Where such a word stands alone, the field is missing. A title is what a
person wrote, whatever the word: there only values that are no text are missing.
"""

import math
import string
from datetime import date
from typing import Any

WORDS = frozenset(
    {
        *("nan", "-nan", "+nan", "none", "null", "nil", "nat", "undefined", "(null)", "(none)"),
        *("\\n", "n/a", "<na>", "#n/a", "<null>", "<none>"),
    }
)
"""In small letters; any case counts."""
_EXACTLY = frozenset({"NA"})
"""Only in these letters: ``na`` is a word of its own in many languages."""
_NO = frozenset({"false", "0", "0.0", "no", "[]", "{}"})
"""What else says "for no reason" in a column that gives a reason."""
_LONGEST = max(map(len, WORDS))
_TEXTS = frozenset(string.ascii_letters + string.digits) - {
    letter for word in WORDS | _EXACTLY for letter in (word[0], word[0].upper())
}
"""With which none of these words begins, nor any blank before one."""
_TRUE = frozenset({"true", "t", "1", "1.0", "yes", "y"})
_OFTEN = {True: True, False: False, "True": True, "False": False, None: False, "": False}
"""How yes and no are mostly written."""


def text_of(value: Any) -> str:
    """The text of a field; ``""`` where it is missing.

    Bytes are text if they are UTF-8; others keep half surrogates, which :mod:`core.collect.rows`
    tells as such. True and false, lists and objects are no texts.
    """
    text = value if isinstance(value, str) else _written(value)
    if text[:1] in _TEXTS or not text or len(text) > _LONGEST + 2:  # as nearly all are
        return text
    return "" if is_missing(text) else text


def title_of(value: Any) -> str:
    """The same for a title, of which every word counts as its author's."""
    return _written(value)


def reason_of(value: Any) -> str:
    """The same for a field that says why something was done: no and 0 say that nothing was."""
    if not value:
        return ""
    text = text_of(value).strip()
    return "" if text.lower() in _NO else text


def flag_of(value: Any) -> bool:
    """Whether a field says yes; missing, it does not."""
    try:
        return _OFTEN[value]
    except (KeyError, TypeError):
        return str(value).strip().lower() in _TRUE


def is_missing(text: str) -> bool:
    """Whether a text alone in its field says that there is nothing."""
    word = text.strip()
    return word.lower() in WORDS or word in _EXACTLY


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | list | tuple | dict | set):
        return ""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode(errors="surrogateescape")
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, date) and value != value:  # noqa: PLR0124 - pandas' NaT is unlike itself
        return ""
    return str(value)
