"""Text from outside stays in its line, and steers nothing."""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.safe_text import in_json, in_lines, one_line

ODD = st.text(
    st.sampled_from("ab \t\r\n\x00\x1b\x7f\x85\x9b\u061c\u200f\u2028\u2029\u202e\u2066\ud800é猫")
)
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def steers(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in TURNING


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("good\ncarol approved it", "good␤carol approved it"),
        ("one\r\ntwo\rthree\u2028four\x85", "one␤two␍three␤four␤"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("\x9b2J\u202egnp\ud800\x7f\t", "�2J�gnp�␡␉"),
        ("Crème brûlée, 猫, 👩‍🚀", "Crème brûlée, 猫, 👩‍🚀"),
    ],
)
def test_what_would_leave_the_line_is_a_symbol(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text() | ODD)
@example("\r\n\n\r")
def test_whatever_was_written_is_one_line_that_steers_nothing(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert not any(map(steers, shown))
    assert one_line(shown) == shown
    assert shown == text or any(map(steers, text))


@given(st.text() | ODD)
def test_lines_stay_lines(text: str) -> None:
    shown = in_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert not any(steers(each) for each in shown.replace("\r\n", "") if each not in "\n\t")


@given(st.dictionaries(st.text(), st.text() | ODD))
def test_json_says_the_same(value: dict[str, str]) -> None:
    document = in_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(document) == value
    assert not any(steers(letter) for letter in document if letter != "\n")
