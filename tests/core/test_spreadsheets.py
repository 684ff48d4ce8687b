"""No cell of a file runs as a formula."""

import pytest

from core.spreadsheets import guarded


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "cats", " =1", "'=1", -1, -0.5, None, True])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert guarded(value) is value


def test_what_steers_a_terminal_is_a_symbol() -> None:
    assert guarded("\n=1\x1b[2J") == "'\n=1␛[2J"
