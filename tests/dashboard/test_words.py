"""Numbers, moments and foreign text as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InputError
from core.hints import Command, Hint
from dashboard import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0214, "+0.021"), (-0.0214, "−0.021"), (0.0002, "±0.000"), (-0.0004, "±0.000")],
)
def test_differences_carry_their_sign(value: float, text: str) -> None:
    assert words.signed(value) == text


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 candidate"), (0, "0 candidates"), (1200, "1,200 candidates")]
)
def test_counts_agree_with_their_noun(number: int, text: str) -> None:
    assert words.count(number, "candidate") == text


def test_durations_and_ages_take_the_largest_fitting_unit() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert words.duration(0.02) == "<\u00a00.1\u00a0s"
    assert words.duration(125) == "2 min 5 s"
    assert words.duration(None) == "–"
    assert words.age(now - timedelta(hours=50), now) == "2 days"
    assert words.age(now - timedelta(seconds=5), now) == "less than a minute"


@pytest.mark.parametrize("address", ["https://e.example", "www.e.example", "a@b.example"])
def test_addresses_in_foreign_text_do_not_become_links(address: str) -> None:
    assert words.plain(address).replace("\\", "") != address
    assert words.plain(address).replace("\\", "").replace("\u2060", "") == address


def test_markup_in_foreign_text_is_escaped() -> None:
    text = "**b** <b> [x](y) :material/home: $a$ &copy; a|b # 1. `c`"
    plain = words.plain(text)
    assert plain.replace("\\", "").replace("\u2060", "") == text
    for mark in "*<[:$&|#`":
        assert plain.count(mark) == plain.count(f"\\{mark}")


@pytest.mark.parametrize("name", [":material/home:", ":dog:", ":streamlit:", "::+1::"])
def test_names_between_colons_in_foreign_text_do_not_become_icons(name: str) -> None:
    shown = words.plain(f"a {name} b").replace("\\", "")
    assert name not in shown
    assert name in shown.replace("\u2060", "")


def test_execution_numbers_are_emphasised() -> None:
    assert "**\\#15**" in words.emphasised("#15 is better than #6")


def test_a_score_stands_before_its_own_interval() -> None:
    assert words.around(0.457, [0.451, 0.463]).replace("\u00a0", " ") == "0.457 (0.451 to 0.463)"
    assert words.around(0.457, None) == "0.457"


def test_lines_of_foreign_text_become_paragraphs_of_plain_text() -> None:
    assert words.paragraphs("# a\n\n  \n* b") == "\\# a\n\n\\* b"


def test_the_command_of_a_hint_is_code_and_the_rest_is_text() -> None:
    hint = Hint("Look at *it*.", Command("release show", 20))
    assert words.hint(hint) == "Look at \\*it\\*: `signoff release show 20`"


def test_where_the_page_has_a_button_a_hint_goes_without_its_command() -> None:
    assert words.hint(Hint("Open it.", Command("release test", 7)), command=False) == "Open it\\."


def test_a_hint_without_a_command_is_a_sentence() -> None:
    assert words.hint(Hint("Ask another *reviewer*.")) == "Ask another \\*reviewer\\*\\."


def test_code_cannot_end_before_its_end() -> None:
    assert words.code("signoff a `b` ``c") == "``` signoff a `b` ``c ```"


def test_an_error_is_what_is_wrong_and_how_to_mend_it() -> None:
    error = InputError("There is no *b*", Hint("List all.", Command("alias list")))
    assert words.refusal(error) == "There is no \\*b\\*. List all: `signoff alias list`"


def test_a_date_stays_in_one_line() -> None:
    shown = words.unbroken("2026-05-31 08:00")
    assert " " not in shown
    assert (
        shown.replace("\u2060", "").replace("\\", "").replace("\u00a0", " ") == "2026-05-31 08:00"
    )


def test_a_share_that_people_set_has_no_decimals() -> None:
    assert words.per_cent(0.1) == "10%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s"),
        (7.6, "8 s"),
        (89, "89 s"),
        (91, "2 min"),
        (3_540, "59 min"),
        (7_260, "2 h 1 min"),
    ],
)
def test_what_is_left_is_said_roughly(seconds: float, text: str) -> None:
    assert words.about(seconds).replace("\u00a0", " ") == text
