"""Numbers and moments as people read them. Pure."""

import re
from datetime import UTC, datetime

from core import words
from core.comparison.results import BETTER, WORSE
from core.errors import SignoffError
from core.hints import Hint
from core.safe_text import one_line, unlinked
from core.words import band, chance, count, points, share, signed, three

__all__ = ["band", "chance", "count", "points", "share", "signed", "three"]
"""Pages say them with the rest of this module."""

_MARKUP = frozenset("\\`*_{}[]()<>#+-.!|~:$@^=&")
_WORD_JOINER = "\u2060"
NO_BREAK = "\u00a0"

GENERATED = "Generated posts"


def interval(bounds: tuple[float, float] | None) -> str:
    """``+0.015 to +0.024``, never broken into lines; a dash where none is known."""
    return "–" if bounds is None else _unbroken(words.interval(bounds))


def around(value: float, bounds: tuple[float, float] | None) -> str:
    """A score and its own interval, ``0.457 (0.451 to 0.463)``; the score alone without one."""
    if bounds is None:
        return three(value)
    low, high = map(three, bounds)
    return f"{three(value)} ({_unbroken(f'{low} to {high}')})"


def _unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK)


def called(verdict: str, *, paired: bool) -> str:
    """A verdict on a score in a sign and a word: ``▲ better``. Between two samples of posts, which
    tell nothing of the models alone, ``▲ higher``.
    """
    up, down = ("better", "worse") if paired else ("higher", "lower")
    return {BETTER: f"▲ {up}", WORSE: f"▼ {down}"}.get(verdict, verdict)


def number(value: float) -> str:
    """A number of any kind: whole ones with separated thousands, others to three digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"


def emphasised(sentence: str) -> str:
    """A sentence of core as Markdown, its execution numbers in bold."""
    return re.sub(r"\\#(\d+)", r"**\\#\1**", plain(sentence))


def per_cent(value: float) -> str:
    """``10%``, for shares that people set."""
    return f"{value:.0%}"


def erased(posts: int) -> str:
    """Behind a number of posts that were frozen, or are left; mostly nothing."""
    return f", {posts:,} erased since it was frozen" if posts else ""


def day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def hint(what: Hint, *, command: bool = True) -> str:
    """A hint of core as Markdown, its command as code.

    Args:
        command: with it; False where the page has a button that does the same.
    """
    if what.command is None or not command:
        return plain(what.text)
    return f"{plain(what.text.rstrip('.'))}: {code(str(what.command))}"


def refusal(error: SignoffError) -> str:
    """An error of core as Markdown: what is wrong, and how to mend it."""
    return f"{plain(error.reason.rstrip('.'))}. {hint(error.hint)}"


def code(text: str) -> str:
    """Text as a piece of code in a line of Markdown, whatever backticks it has."""
    text = one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def unbroken(text: str) -> str:
    """Text that stays in one line, such as a date in a narrow column (Markdown)."""
    joined = plain(text).replace("\\-", f"{_WORD_JOINER}\\-{_WORD_JOINER}")
    return joined.replace(" ", NO_BREAK)


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest fitting unit: ``3 days``."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return count(int(seconds // length), unit)
    return "less than a minute"


def duration(seconds: float | None) -> str:
    """``0.4 s``, ``2 min 5 s``; a dash while it lasts."""
    if seconds is None:
        return "–"
    if seconds < 0.1:
        return "<\u00a00.1\u00a0s"
    if seconds < 60:
        return f"{seconds:.1f}\u00a0s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def about(seconds: float) -> str:
    """Roughly: ``8 s``, ``2 min``, ``1 h 20 min``; never broken into lines."""
    if seconds < 90:
        return f"{max(round(seconds), 1)}\u00a0s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h\u00a0{minutes % 60}\u00a0min"


def paragraphs(text: str) -> str:
    """Text of several lines from outside as Markdown, each line a paragraph of plain text."""
    return "\n\n".join(plain(line.replace("\t", " ")) for line in text.splitlines() if line.strip())


def plain(text: str) -> str:
    """Text from outside in one line, none of it read as Markdown, HTML, an icon or a link.

    Streamlit's Markdown has more marks than others, so every one is escaped; a document that is
    also read as it stands takes :func:`core.safe_text.in_markdown`.
    """
    return "".join(f"\\{c}" if c in _MARKUP else c for c in unlinked(one_line(text)))
