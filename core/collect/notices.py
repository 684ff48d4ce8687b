"""What stands in the place of a text that was taken back: Reddit's notices, in all their forms.

A notice is a whole text, never a part of one: people write "[removed]" in their sentences, too.
Pure.
"""

import re

from core.invisible import GAPS, without_invisible

LONGEST = 300
_GAP = re.compile(f"[{GAPS}]+")
_DECORATION = " \t\r\n*_~`>\"'\\|"
"""What Markdown, and programs that escape it, put around a notice."""
_WHAT = r"(?:(?:this|the|your)\s+)?(?:(?:post|submission|content|comment|text|title)\s+)?"
_WAS = r"(?:(?:was|is|has\s+been|got)\s+)?"
_AUTHOR = r"(?:the\s+)?(?:user|author|op|poster|original\s+poster|creator|person\s+who\s.*)"
_WHY = r"(?:(?:by|on\s+account\s+of|in\s+response\s+to|for|due\s+to|because|from|as)\s.*)"
_BRACKETED = re.compile(
    rf"\[\s*{_WHAT}{_WAS}(?P<what>removed|deleted|unavailable|redacted)"
    rf"(?:\s+(?:(?P<author>(?:by\s+)?{_AUTHOR})|{_WHY}))?[\s.]*\]",
    re.DOTALL,
)
_SORRY = re.compile(
    rf"sorry,\s+this\s+post\s+(?:was|has\s+been)\s+(?P<what>removed|deleted)"
    rf"\s+by\s+(?:(?P<author>{_AUTHOR})|.*)",
    re.DOTALL,
)


def notice_of(text: str) -> str | None:
    """``removed`` or ``deleted``, if the text is nothing but such a notice."""
    if len(text) > LONGEST or ("[" not in text and "orry" not in text):
        return None
    plain = _GAP.sub(" ", without_invisible(text)).replace("\\", "").strip(_DECORATION).lower()
    match = _BRACKETED.fullmatch(plain) or _SORRY.fullmatch(plain)
    if match is None:
        return None
    return "deleted" if match["author"] or match["what"] == "deleted" else "removed"
