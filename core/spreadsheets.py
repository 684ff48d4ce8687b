"""Tables as files that people take away, safe to open in a spreadsheet."""

import csv
import io

import pandas as pd

from core.safe_text import in_cell

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet read a cell as a formula, where a text begins with it."""


def guarded(value: object) -> object:
    """The value; a text that a spreadsheet would run as a formula gets an apostrophe in front, and
    what would steer a terminal is shown as a symbol.

    Names and texts come from outside: see "CSV Injection" of OWASP.
    """
    if not isinstance(value, str):
        return value
    return in_cell(f"'{value}" if value.startswith(_FORMULA) else value)


def as_parquet(frame: pd.DataFrame) -> bytes:
    """Parquet; texts stay as they are, since nothing runs them."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8, one row a line, in full precision.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    texts = frame.select_dtypes(exclude=["number", "bool"])
    safe = frame.assign(**{str(name): texts[name].map(guarded) for name in texts})
    content: str = safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)
    return content.encode()
