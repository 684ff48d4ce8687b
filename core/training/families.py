"""The families of models that Signoff knows."""

from collections.abc import Mapping
from typing import Any

from core.errors import InputError
from core.training.classifier import Family
from core.training.fasttext_family import FastTextFamily
from core.training.linear_family import LinearFamily
from core.training.parameters import parse_all

FAMILIES: dict[str, Family] = {family.name: family for family in (LinearFamily(), FastTextFamily())}
DEFAULT_FAMILY = LinearFamily.name


def family(name: str) -> Family:
    """The family of that name.

    Raises:
        InputError: there is none.
    """
    if name not in FAMILIES:
        raise InputError(f"There is no model family {name!r}", f"Choose {', '.join(FAMILIES)}.")
    return FAMILIES[name]


def chosen(family: Family, given: Mapping[str, str], *, posts: int, labels: int) -> dict[str, Any]:
    """All parameters of a family: the given ones read from their text, the rest by default.

    Args:
        posts: that it is to be trained on.
        labels: their subreddits.

    Raises:
        InputError: an unknown parameter, a value that it cannot have, or values that do not go
            together.
    """
    values = parse_all(family.parameters, given)
    family.check(values)
    return family.settle(values, posts=posts, labels=labels)
