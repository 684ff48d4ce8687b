"""Parameters from their text."""

import pytest

from core.errors import InputError
from core.training.families import FAMILIES, chosen, family
from core.training.fasttext_family import PARAMETERS, FastTextFamily
from core.training.parameters import defaults

DEFAULTS = defaults(PARAMETERS)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_found_by_its_name(name: str) -> None:
    assert family(name).name == name


def test_an_unknown_family_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError) as caught:
        family("oracle")
    assert "'oracle'" in caught.value.reason
    assert "fasttext" in str(caught.value.hint)


def test_what_is_not_given_has_its_default() -> None:
    assert chosen(FastTextFamily(), {}, posts=80, labels=4) == DEFAULTS | {"loss": "ova"}


def test_given_parameters_take_the_type_of_their_defaults() -> None:
    given = {"lr": "1", "epoch": "3", "loss": "softmax", "minCount": "1", "maxn": "0"}
    values = chosen(FastTextFamily(), given, posts=80, labels=4)
    assert values == DEFAULTS | {"lr": 1.0, "epoch": 3, "loss": "softmax", "minCount": 1, "maxn": 0}
    assert isinstance(values["lr"], float)


def test_a_parameter_that_fasttext_does_not_know_is_named_with_those_it_knows() -> None:
    with pytest.raises(InputError) as caught:
        chosen(FastTextFamily(), {"depth": "3", "lr": "0.1"}, posts=80, labels=4)
    assert caught.value.reason == "The model has no parameter depth"
    assert all(name in str(caught.value.hint) for name in DEFAULTS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epoch", "ten"),
        ("epoch", "2.5"),
        ("epoch", "0"),
        ("epoch", "-1"),
        ("epoch", "9" * 30),
        ("dim", str(2**31)),
        ("lr", "0"),
        ("lr", "nan"),
        ("lr", "inf"),
        ("lr", "1e400"),
        ("lr", ""),
        ("lr", "1e10"),
        ("epoch", "1_0"),
        ("loss", "hinge"),
        ("minn", "3"),
        ("bucket", "0"),
        ("seed", "1"),
        ("input", "/etc/passwd"),
    ],
)
def test_a_value_that_a_parameter_cannot_take_is_refused(name: str, text: str) -> None:
    with pytest.raises(InputError, match=f"^{name}|has no parameter {name}"):
        chosen(FastTextFamily(), {name: text}, posts=80, labels=4)


def test_no_buckets_are_fine_where_nothing_needs_them() -> None:
    values = chosen(FastTextFamily(), {"bucket": "0", "wordNgrams": "1"}, posts=80, labels=4)
    assert values["bucket"] == 0
