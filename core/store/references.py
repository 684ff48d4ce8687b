"""Which artifacts the database names: told by the kinds of its columns, so by the tables alone.

A column of :data:`core.store.types.ArtifactDigest` names an artifact that must be there. In the
JSON of a column with ``info=MENTIONS``, artifacts may be named that may be gone, such as a split
that was rewritten when a post was erased.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Column, Select, String, select, type_coerce, union
from sqlalchemy.orm import Session

import core.store
from core.store.types import ARTIFACT, MENTIONS, Base

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def named() -> Select[tuple[str]]:
    """A query of the digests that rows name."""
    columns = [select(column).where(column.is_not(None)) for column in _columns(ARTIFACT)]
    return select(union(*columns).subquery().c[0])


def required(session: Session) -> dict[str, str]:
    """Artifact -> a table that names it, of all that must be there."""
    found: dict[str, str] = {}
    for column in _columns(ARTIFACT):
        digests = session.scalars(select(column).where(column.is_not(None)))
        found |= dict.fromkeys(digests, column.table.name)
    return found


def mentioned(session: Session) -> set[str]:
    """What may be a digest of an artifact in the JSON of rows."""
    found: set[str] = set()
    for column in _columns(MENTIONS):
        for text in session.scalars(select(type_coerce(column, String))):
            found.update(_DIGEST.findall(text or ""))
    return found


def _columns(info: dict[str, bool]) -> Iterator[Column[Any]]:
    for table in _tables():
        yield from (column for column in table.columns if column.info == info)


@cache
def _tables() -> tuple[Any, ...]:
    """All of them: one whose module nobody has imported would be taken for none."""
    for module in iter_modules(core.store.__path__):
        if module.name.startswith("tables"):
            import_module(f"{core.store.__name__}.{module.name}")
    return tuple(Base.metadata.tables.values())
