"""Typed results survive JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import from_json, to_json


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Leaf:
    number: float
    bounds: tuple[float, float] | None
    colour: Colour


@dataclass(frozen=True, slots=True)
class Other:
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    count: int
    perhaps: float | None
    flag: bool
    leaves: Mapping[str, Leaf]
    one_of_two: Leaf | Other


finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.builds(Leaf, finite, st.none() | st.tuples(finite, finite), st.just(Colour.RED))
trees = st.builds(
    Tree,
    st.integers(-(2**53), 2**53),
    st.none() | finite,
    st.booleans(),
    st.dictionaries(texts, leaves, max_size=3),
    leaves | st.builds(Other, st.lists(texts, max_size=3).map(tuple)),
)

LEAF = {"number": 1.0, "bounds": [0.0, 2.0], "colour": "red"}


@given(trees)
def test_a_record_is_the_same_after_json(tree: Tree) -> None:
    assert from_json(Tree, to_json(tree)) == tree


def test_the_keys_are_the_fields_in_their_order() -> None:
    assert list(to_json(Leaf(1, (0, 2), Colour.RED)).items()) == list(LEAF.items())


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_none_where_a_value_may_be_missing(number: float) -> None:
    tree = Tree(1, number, True, {}, Other(()))
    assert to_json(tree)["perhaps"] is None
    assert from_json(Tree, to_json(tree)).perhaps is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_elsewhere(number: float) -> None:
    with pytest.raises(ValueError, match="not a Leaf"):
        to_json(Leaf(number, None, Colour.RED))
    with pytest.raises(ValueError, match="not a Leaf"):
        to_json(Leaf(1.0, (0.0, number), Colour.RED))


@pytest.mark.parametrize(
    "change", [{"number": "1"}, {"colour": "blue"}, {"more": 1}, {"bounds": [1.0]}]
)
def test_json_of_another_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a Leaf"):
        from_json(Leaf, LEAF | change)


def test_a_missing_field_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Leaf"):
        from_json(Leaf, {"number": 1.0})
