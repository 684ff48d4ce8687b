"""Characters that nobody sees, and texts of nothing else: the one definition of an empty text, for
what is imported, collected, trained on and sent. Pure.

What takes no room is dropped, so that the word it stands in stays one word: Unicode's
``Default_Ignorable_Code_Point``, which ``NFKC_Casefold`` drops as well, and the format characters
that are not in it and show nothing (docs/decisions/0024-what-nobody-sees.md). What shows as a gap
parts words, as a blank does.
"""

import html
import re

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FORMATS = "\ufff9-\ufffb\U00013430-\U0001343f\U0001d159"  # of annotations, hieroglyphs, notes
GAPS = (
    "\\s\x00-\x1f\x7f-\x9f"  # blanks, line breaks and control characters
    "\u2800"  # a Braille cell without dots
    "\ud800-\udfff"  # halves of characters, which no stream takes
)
"""What parts words, for a class of a regular expression."""
_INVISIBLE = re.compile(f"[{_IGNORABLE}{_FORMATS}]")
_SEEN = re.compile(f"[^{GAPS}]")
_ENTITY = re.compile(
    r"&(?:amp;){0,2}(#0{0,3}[0-9]{1,7}|#[xX]0{0,4}[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
"""A character written out, as Markdown has it, or as a dump has it that was escaped once more."""
_LONGEST_ENTITY = 48


def without_invisible(text: str, *, most: int | None = None) -> str:
    """The text without what takes no room; an entity of a gap, as ``&nbsp;``, becomes a blank.

    Entities of characters that are seen stay as they are.

    Args:
        most: only this many characters of the result.
    """
    if most is not None:  # few texts are longer, and fewer have anything to drop
        head = text[: most + _LONGEST_ENTITY]
        if len(head) < len(text) and without_invisible(head) == head:
            return head[:most]
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(_decoded, text)
    return text[:most]


def is_visible(text: str) -> bool:
    """Whether anybody sees anything of it."""
    if text[:1].isascii() and text[:1].isalnum():  # as nearly always
        return True
    return _SEEN.search(without_invisible(text)) is not None


def takes_no_room(char: str) -> bool:
    """Whether a character is one of those that :func:`without_invisible` drops."""
    return _INVISIBLE.fullmatch(char) is not None


def _decoded(entity: re.Match[str]) -> str:
    char = html.unescape(f"&{entity[1]};")
    if takes_no_room(char):
        return ""
    return entity[0] if _SEEN.search(char) else " "
