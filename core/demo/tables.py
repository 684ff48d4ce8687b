"""Read one TOML table of a word list, refusing what is not as expected with its place named."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import InputError

HINT = "Correct the file; core/demo/lists/README.md describes every key."


@dataclass(frozen=True, slots=True)
class Table:
    """A TOML table and where it stands ("food.toml, r/Baking"), which every error repeats."""

    where: str
    raw: Mapping[str, Any]

    def refuse(self, reason: str) -> InputError:
        """Return, not raise, the error, so that callers keep their control flow visible."""
        return InputError(f"{self.where}: {reason}", HINT)

    def only(self, known: set[str]) -> None:
        """Raise InputError if the table has a key outside `known`: most often a misspelling."""
        if unknown := sorted(set(self.raw) - known):
            raise self.refuse(f"unknown key {unknown[0]!r}")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of non-empty strings under `key`; an absent key is an empty list."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.refuse(f"{key!r} must be a list of non-empty strings")
        return tuple(value)

    def text(self, key: str) -> str:
        """Return the string under `key`; absent, empty or of another type is an error."""
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key!r} must be a non-empty string")
        return value

    def share(self, key: str) -> float:
        """Return the number under `key`, from 0 to 1, both allowed."""
        value = self.raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.refuse(f"{key!r} must be a number from 0 to 1")
        return float(value)

    def day(self, key: str) -> date:
        """Return the TOML date under `key` (written without quotes)."""
        value = self.raw.get(key)
        if type(value) is not date:  # a datetime is a date too, and is refused
            raise self.refuse(f"{key!r} must be a date such as 2026-10-01, without quotes")
        return value

    def table(self, key: str) -> "Table":
        """Return the table under `key`; an absent key is an empty table."""
        value = self.raw.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(f"{key!r} must be a table")
        return Table(self.where, value)

    def tables(self, key: str) -> list["Table"]:
        """Return the array of tables under `key`; an absent key is an empty list."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.refuse(f"{key!r} must be written as [[{key}]]")
        return [Table(self.where, v) for v in value]


def read_table(path: Path) -> Table:
    """Return a whole TOML file as a table; unreadable or not TOML raises InputError."""
    try:
        return Table(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read ({error})", HINT) from error
