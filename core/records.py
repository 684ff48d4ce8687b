"""Typed results as JSON and back: the one place that turns either into the other.

A record is a frozen dataclass of numbers, texts, enums, tuples, mappings and other records. Its
JSON has the names of its fields as keys, in their order.

JSON knows neither NaN nor infinity: such a number becomes null. So a field that may lack its
value is declared ``float | None`` and is None again when it is read; in a field that is declared
``float``, such a number is refused when it is written.
"""

from typing import Any, TypeVar

import orjson
from pydantic import JsonValue, TypeAdapter, ValidationError

Record = TypeVar("Record")


def to_json(record: object) -> dict[str, JsonValue]:
    """The record as JSON values.

    Raises:
        ValueError: it could not be read again, such as NaN in a field declared ``float``.
    """
    document: dict[str, JsonValue] = orjson.loads(_adapter(type(record)).dump_json(record))
    from_json(type(record), document)
    return document


def from_json(kind: type[Record], document: object) -> Record:
    """The record that :func:`to_json` turned into ``document``.

    Raises:
        ValueError: these are not the fields of ``kind``: one is missing, unknown or of another
            type.
    """
    try:
        return _adapter(kind).validate_json(orjson.dumps(document), strict=True, extra="forbid")
    except ValidationError as error:
        raise ValueError(f"This is not a {kind.__name__}: {error}") from error


def _adapter(kind: type[Record]) -> TypeAdapter[Record]:
    """Made once of each kind: that takes a few milliseconds."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_ADAPTERS: dict[type[object], TypeAdapter[Any]] = {}
