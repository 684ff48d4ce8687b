"""Values that are set from outside, ``train.epoch=20``, in the place of those of the file. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.hints import Hint
from core.pipeline.kinds import KINDS
from core.toml_files import Document, nearest

_EXAMPLE = "Write it like train.seed=1, or train.epoch=20 for a parameter of the model."


@dataclass(frozen=True, slots=True)
class _Given(Document):
    """The file itself was read before without a fault, so what is wrong now was given."""

    def wrong(self, path: tuple[str | int, ...], problem: str, hint: Hint | str) -> InputError:
        return InputError(f"--set: {problem}", hint)


def with_values(document: Document, given: Sequence[str]) -> Document:
    """The document with these values in its steps; whether they can be, reading it tells.

    Args:
        given: each ``STEP.KEY=VALUE``. The value is read as TOML, or else is a text. A key that a
            training step does not have is a parameter of its model.

    Raises:
        InputError: one is not of this form, or names no step.
    """
    if not given:
        return document
    tables = deepcopy(document.tables)
    for text in given:
        _set(tables.get("step", []), text)
    return _Given(document.name, document.text, tables)


def _set(entries: Sequence[dict[str, Any]], text: str) -> None:
    place, equals, written = text.partition("=")
    name, dot, key = place.strip().partition(".")
    if not equals or not dot or not key or not written.strip():
        raise InputError(f"--set {text[:60]!r} sets nothing", _EXAMPLE)
    named = {str(each.get("name", each.get("kind"))): each for each in entries}
    if name not in named:
        raise InputError(f"--set {text[:60]!r}: no step is called {name!r}", nearest(name, named))
    entry, value = named[name], _value(written.strip())
    kind = KINDS.get(str(entry.get("kind")))
    table, _, inner = key.partition(".")
    if inner:
        entry[table] = {**_table(entry, table), inner: value}
    elif kind is not None and "params" in kind.keys and key not in (*kind.keys, *kind.takes):
        entry["params"] = {**_table(entry, "params"), key: value}
        entry["grid"] = {
            name: tried for name, tried in _table(entry, "grid").items() if name != key
        }
    else:
        entry[key] = value


def _table(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = entry.get(key, {})
    return found if isinstance(found, dict) else {}


def _value(written: str) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written
