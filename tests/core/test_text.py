"""The line that every model sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import MAX_BODY, is_empty, normalise

MARKS = ("\x00", "\x1b", "\x7f", "\x9f", "\u2028", "\r\n", "_", "</s>", "__label__", "İ", "ﬁ", "é")
texts = st.text(max_size=60) | st.lists(
    st.sampled_from([*MARKS, " ", "a", "B", "\u0301", "\u0345", "ẞ", "Ⅷ", "①"]), max_size=12
).map("".join)


@given(texts)
def test_normalising_twice_changes_nothing(title: str) -> None:
    once = normalise(title)
    assert normalise(once) == once


@given(texts, texts)
def test_a_line_is_one_line_of_tokens_that_fasttext_takes_for_words(title: str, body: str) -> None:
    line = normalise(title, body)
    tokens = line.split(" ") if line else []
    assert line.splitlines() in ([line], [])
    assert all(tokens)
    assert not any("</s>" in word or "__label__" in word for word in tokens)


@given(texts, texts)
def test_a_line_holds_nothing_that_cannot_be_seen_or_encoded(title: str, body: str) -> None:
    kinds = {unicodedata.category(character) for character in normalise(title, body)}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    normalise(title, body).encode()


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@given(title=texts)
def test_all_forms_of_one_text_give_one_line(form: str, title: str) -> None:
    assert normalise(unicodedata.normalize(form, title)) == normalise(title)


@pytest.mark.parametrize(
    ("title", "body", "line"),
    [
        ("Is C++ DEAD?", "", "is c + + dead ?"),
        ("snake_case", "", "snake _ case"),
        ("__label__cats </s>", "", "_ _ label _ _ cats < / s >"),
        ("ﬁne\tＷＩＤＥ", "", "fine wide"),
        ("one\x00two\x1b", "three\r\nfour", "one two three four"),
        ("", "", ""),
        (" \n ", "\x07", ""),
        ("", "only a body", "only a body"),
    ],
)
def test_examples(title: str, body: str, line: str) -> None:
    assert normalise(title, body) == line


def test_a_body_counts_up_to_its_limit() -> None:
    line = normalise("t", "a" * MAX_BODY + "b")
    assert line == "t " + "a" * MAX_BODY


def test_surrogates_of_an_undecodable_text_vanish() -> None:
    assert normalise("caf\udce9 noir") == "caf noir"


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_text_is_empty_exactly_where_no_line_is_left(title: str, body: str) -> None:
    assert is_empty(title, body) == (not normalise(title, body))


def test_what_stands_behind_the_part_that_is_used_does_not_count() -> None:
    assert is_empty("", "\x07" * MAX_BODY + "word")
