"""What nobody sees, and what an empty text is."""

import sys
import unicodedata
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invisible import is_visible, takes_no_room, without_invisible

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u200e\u202e\u3164\ufe0f\U000e0067"
SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
"""Of Unicode's format characters those that a font draws, around a number for instance."""
KAITHI = frozenset("\U000110bd\U000110cd")
EVERY = "".join(map(chr, range(sys.maxunicode + 1)))
texts = st.text(st.sampled_from(f"{UNSEEN} ab&#;x20Bnsp\u2800\x00\ud800é猫") | st.characters())


def test_every_format_character_without_a_shape_is_invisible() -> None:
    formats = {char for char in EVERY if category(char) == "Cf"}
    assert {char for char in formats if not takes_no_room(char)} == SHOWN_FORMATS | KAITHI


def test_only_formats_fillers_and_selectors_are_invisible() -> None:
    dropped = [char for char in EVERY if takes_no_room(char)]
    assert {category(char) for char in dropped} <= {"Cf", "Cn", "Mn", "Lo", "So"}
    assert not any(char.isspace() or char.isascii() for char in dropped)
    assert not any(takes_no_room(char) for char in unicodedata.normalize("NFKD", "ｗide ﬁ É ½ ①"))


@pytest.mark.parametrize(
    "text", ["", " \n", "\x00\x1b", *UNSEEN, "\u2800", "\ud800", "&#x200B;", "&nbsp;\n\n&zwj;"]
)
def test_nobody_sees_anything_of_it(text: str) -> None:
    assert not is_visible(text)
    assert not is_visible(f"{text}\u200b {text}")
    assert is_visible(f"{text}.{text}")


@pytest.mark.parametrize("text", ["a", "_", ".", "❤", "\u0301", "&amp;", "&gt;", "&#65;", "&"])
def test_somebody_sees_something_of_it(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("zero\u200bwidth", "zerowidth"),
        ("co\u00adoperate", "cooperate"),
        ("می\u200cخواهم", "میخواهم"),
        ("👩\u200d🔬 ❤\ufe0f", "👩🔬 ❤"),
        ("a&#x200B;b&#8203;c&ZeroWidthSpace;d&amp;#x200b;e", "abcde"),
        ("a&nbsp;b&#160;c&amp;nbsp;d", "a b c d"),
        ("Tom &amp; Jerry &lt;3 &eacute; &#39;", "Tom &amp; Jerry &lt;3 &eacute; &#39;"),
        ("&#x20\u200b0B;", ""),
        ("R&D; AT&T &#xZZ; &nosuch; &#9999999;", "R&D; AT&T &#xZZ; &nosuch; &#9999999;"),
    ],
)
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert without_invisible(text) == left


@given(texts, st.integers(0, 20))
def test_the_beginning_is_that_of_the_whole(text: str, most: int) -> None:
    assert without_invisible(text, most=most) == without_invisible(text)[:most]
    longer = f"{text}{'b' * 60}{text}"
    assert without_invisible(longer, most=most) == without_invisible(longer)[:most]


@given(texts)
def test_a_text_without_anything_to_see_has_nothing_left_but_gaps(text: str) -> None:
    left = without_invisible(text)
    assert is_visible(text) == is_visible(left)
    assert not any(map(takes_no_room, left))
