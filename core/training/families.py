"""The families of models that Signoff knows."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from core.errors import InputError
from core.hints import Command, Hint
from core.training import ensemble, onnx_model
from core.training.classifier import Family, Kind
from core.training.fasttext_family import FastTextFamily
from core.training.linear_family import LinearFamily
from core.training.parameters import parse_all
from core.training.pooled_family import PooledFamily

FAMILIES: dict[str, Family] = {
    family.name: family for family in (LinearFamily(), FastTextFamily(), PooledFamily())
}
DEFAULT_FAMILY = LinearFamily.name
GROUP = "signoff.families"
_PARTS = [
    *("name", "suffix", "version", "varies", "parameters", "packages", "memory_hint"),
    *("check", "settle", "fit", "load"),
]


@dataclass(frozen=True, slots=True)
class MadeOf:
    """A :class:`core.training.classifier.Kind` of models that are not trained as a family is."""

    name: str
    packages: tuple[str, ...]
    memory_hint: str


KINDS: dict[str, Kind] = {
    ensemble.NAME: MadeOf(ensemble.NAME, ("numpy",), "make an ensemble of smaller models"),
    onnx_model.NAME: MadeOf(
        onnx_model.NAME, ("onnxruntime", "tokenizers"), "adopt a smaller graph"
    ),
}


def kind(name: str) -> Kind:
    """The kind of a recorded model: a family, or one of :data:`KINDS`. Raises as :func:`family`."""
    return KINDS[name] if name in KINDS else family(name)


def family(name: str) -> Family:
    """The family of that name: one of Signoff's own, or one that an installed package brings.

    A package brings a family by an entry point of the group :data:`GROUP`, whose name is the
    family's and which names an object of the type :class:`core.training.classifier.Family`.

    Raises:
        InputError: there is none, or what a package brings is none.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    if name in KINDS:
        raise InputError(
            f"A model of the kind {name!r} is not trained",
            Hint("Other commands make it.", Command("model average", "EXECUTION", "EXECUTION")),
        )
    entry = _entry(name)
    if entry is None:
        raise InputError(
            f"No model family is called {name!r}",
            f"Choose {', '.join(names())}, or install the package that brings it.",
        )
    try:
        loaded = entry.load()
    except Exception as error:
        raise InputError(
            f"The model family {name!r} of {package_of(name)} cannot be imported:"
            f" {type(error).__name__}: {error}",
            "Update or reinstall that package.",
        ) from error
    return _checked(loaded, name)


def names() -> list[str]:
    """All families: Signoff's own, then those of installed packages."""
    brought = sorted({entry.name for entry in entry_points(group=GROUP)} - {*FAMILIES, *KINDS})
    return [*FAMILIES, *brought]


def called(parameter: str) -> str:
    """What people call a parameter, as the first family that has it says: ``learning rate (lr)``;
    its name where no family has it.
    """
    return _titles().get(parameter, parameter)


@cache
def _titles() -> dict[str, str]:
    """Of all parameters, without those of families that cannot be imported."""
    found: dict[str, str] = {}
    for name in reversed(names()):
        with suppress(InputError):
            found |= {parameter.name: parameter.called for parameter in family(name).parameters}
    return found


def package_of(name: str) -> str | None:
    """The installed package that brings a family, as ``name==version``; None: Signoff itself."""
    entry = None if name in FAMILIES or name in KINDS else _entry(name)
    if entry is None or entry.dist is None:
        return None
    return f"{entry.dist.name}=={entry.dist.version}"


def _entry(name: str) -> EntryPoint | None:
    return next(iter(entry_points(group=GROUP, name=name)), None)


def _checked(loaded: Any, name: str) -> Family:
    missing = [part for part in _PARTS if not hasattr(loaded, part)]
    if missing or loaded.name != name:
        wrong = f"lacks {', '.join(missing)}" if missing else f"calls itself {loaded.name!r}"
        raise InputError(
            f"The model family {name!r} of {package_of(name)} {wrong}",
            "Update that package; docs/models.md says what a family has.",
        )
    return cast("Family", loaded)


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
