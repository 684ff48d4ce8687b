"""What the keys of a step take. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it takes, in words, as an example as it stands in a file, and as a check.

    ``default``: where it is left out. ``needed``: it cannot be.
    """

    words: str
    example: str
    fits: Callable[[Any], bool]
    default: Any = None
    needed: bool = False


def text(example: str, *, default: str | None = None) -> Key:
    return Key(words="a text", example=f'"{example}"', fits=_is_text, default=default)


def texts(example: str, *, needed: bool = False) -> Key:
    return Key(
        words="a list of texts",
        example=f'["{example}"]',
        fits=lambda value: isinstance(value, list) and bool(value) and all(map(_is_text, value)),
        default=(),
        needed=needed,
    )


def choice(*known: str, default: str) -> Key:
    named = ", ".join(f'"{one}"' for one in known[:-1])
    words = f'{named} or "{known[-1]}"' if named else f'"{known[-1]}"'
    return Key(
        words=words, example=f'"{default}"', fits=lambda value: value in known, default=default
    )


def whole(example: int, *, least: int = 1, default: int | None = None) -> Key:
    return Key(
        words=f"a whole number of {least} or more",
        example=str(example),
        fits=lambda value: type(value) is int and value >= least,
        default=default,
    )


def truth(*, default: bool) -> Key:
    shown = "false" if default else "true"
    return Key(
        words="true or false",
        example=shown,
        fits=lambda value: type(value) is bool,
        default=default,
    )


def day() -> Key:
    return Key(
        words="a day or a moment, without quotes",
        example="2026-01-31",
        fits=lambda value: isinstance(value, date),
    )


def table(example: str, *, fits: Callable[[Any], bool]) -> Key:
    return Key(
        words="a table",
        example=example,
        fits=lambda value: isinstance(value, dict) and all(map(fits, value.values())),
        default={},
    )


def is_value(value: object) -> bool:
    """Whether it can be the value of a model's parameter."""
    return isinstance(value, bool | int | float | str)


def is_list_of_values(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_value, value))


def is_reads(value: object, read: Callable[[str], object]) -> bool:
    """Whether ``value`` is a text that ``read`` takes."""
    if not isinstance(value, str):
        return False
    try:
        read(value)
    except InputError:
        return False
    return True


def moment(value: date | None) -> int | None:
    """The UTC seconds of a day of TOML, or of a moment, which is UTC where it does not say."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def as_text(value: object) -> str:
    """A value of TOML as a command's ``--param`` takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON takes them, without those that are at their default None."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
