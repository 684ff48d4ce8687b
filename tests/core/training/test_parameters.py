"""One parameter of a model family, read from its text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.training import families
from core.training.parameters import Parameter, Value, parse_all

FLAG = Parameter(name="idf", kind=bool, default=True, help="Weigh rare words more.")
WHOLE = Parameter(name="depth", kind=int, default=3, low=1, high=9, help="Layers.")
NUMBER = Parameter(name="rate", kind=float, default=0.5, above_low=True, high=2, help="Speed.")
WORD = Parameter(name="loss", kind=str, default="a", choices=("a", "b"), help="What counts.")
TEXT = Parameter(name="note", kind=str, default="", help="Anything.")


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (FLAG, "false", False),
        (FLAG, "False", False),
        (FLAG, "true", True),
        (WHOLE, "1", 1),
        (WHOLE, "9", 9),
        (NUMBER, "1", 1.0),
        (NUMBER, "1e-3", 0.001),
        (WORD, "b", "b"),
        (TEXT, "None", "None"),
    ],
)
def test_a_text_becomes_a_value_of_the_parameters_type(
    parameter: Parameter, text: str, value: Value
) -> None:
    parsed = parameter.parse(text)
    assert (parsed, type(parsed)) == (value, parameter.kind)


@pytest.mark.parametrize(
    ("parameter", "text", "allowed"),
    [
        (FLAG, "no", "true or false"),
        (FLAG, "0", "true or false"),
        (WHOLE, "0", "a whole number from 1 to 9"),
        (WHOLE, "10", "a whole number from 1 to 9"),
        (WHOLE, "2.0", "a whole number from 1 to 9"),
        (WHOLE, "1_0", "a whole number from 1 to 9"),
        (WHOLE, "٣", "a whole number from 1 to 9"),
        (NUMBER, "0", "a number above 0 and up to 2"),
        (NUMBER, "nan", "a number above 0 and up to 2"),
        (NUMBER, "inf", "a number above 0 and up to 2"),
        (NUMBER, "2.1", "a number above 0 and up to 2"),
        (WORD, "c", "one of a, b"),
    ],
)
def test_what_it_cannot_be_is_refused_by_name_with_what_is_allowed(
    parameter: Parameter, text: str, allowed: str
) -> None:
    with pytest.raises(InputError) as caught:
        parameter.parse(text)
    assert str(caught.value) == f"{parameter.name} cannot be {text!r}. Give {allowed}."


@given(st.floats(min_value=0, max_value=2, exclude_min=True))
def test_a_number_comes_back_to_the_bit(value: float) -> None:
    assert NUMBER.parse(NUMBER.show(value)) == value


@given(st.booleans())
def test_a_flag_comes_back(value: bool) -> None:
    assert FLAG.parse(FLAG.show(value)) is value


def test_what_is_not_given_has_its_default_and_unknown_names_are_refused() -> None:
    assert parse_all((FLAG, WHOLE), {"depth": "4"}) == {"idf": True, "depth": 4}
    with pytest.raises(InputError, match=r"no parameter rate. Its parameters are depth, idf"):
        parse_all((FLAG, WHOLE), {"rate": "1"})


@pytest.mark.parametrize(
    ("said", "value", "told"),
    [("{} epochs", 10, "10 epochs"), ("{} epochs", 1, "1 epoch"), ("", 4, "depth 4"), ("", 3, "")],
)
def test_a_training_is_told_apart_by_its_values(said: str, value: int, told: str) -> None:
    assert replace(WHOLE, said=said).told(value) == told


def test_a_parameter_is_called_by_its_title_and_name() -> None:
    assert replace(WHOLE, title="layers").called == "layers (depth)"
    assert WHOLE.called == "depth"
    assert families.called("lr") == "learning rate (lr)"
    assert families.called("no such") == "no such"
