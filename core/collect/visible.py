"""Characters that nobody sees, and texts of nothing else. Pure."""

import re
import unicodedata

_ESCAPED = re.compile(
    r"&(?:amp;)?(?:#x200[b-f]|#820[3-7]|#x2060|#xfeff|#xa0|#160|nbsp|zwnj|zwj|shy);", re.IGNORECASE
)
"""What Markdown shows as nothing, or as a blank."""
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols by their kind, and yet seen by nobody."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text without characters that nobody sees, except for blanks and line breaks."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    return "".join(c for c in _ESCAPED.sub("", text) if c.isspace() or not _is_hidden(c))


def is_visible(text: str) -> bool:
    """Whether anybody sees anything of it."""
    if text[:1].isalnum() or not text:
        return bool(text)
    return any(not _is_hidden(c) and not c.isspace() for c in _ESCAPED.sub("", text))


def _is_hidden(char: str) -> bool:
    return char in _BLANK or unicodedata.category(char) in _HIDDEN
