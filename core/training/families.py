"""The families of models that Signoff knows."""

from core.errors import InputError
from core.training.classifier import Family
from core.training.fasttext_family import FastTextFamily

FAMILIES: dict[str, Family] = {family.name: family for family in (FastTextFamily(),)}


def family(name: str) -> Family:
    """The family of that name.

    Raises:
        InputError: there is none.
    """
    if name not in FAMILIES:
        raise InputError(f"There is no model family {name!r}", f"Choose {', '.join(FAMILIES)}.")
    return FAMILIES[name]
