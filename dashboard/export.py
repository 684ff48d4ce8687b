"""Tables to take away: every row and column as stored, at full precision. Pure."""

import csv
import io

import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet read a cell as a formula, where a text begins with it."""


def to_csv(frame: pd.DataFrame) -> bytes:
    """As CSV in UTF-8. Texts that a spreadsheet would run get an apostrophe in front.

    Names come from outside; see "CSV Injection" of OWASP.
    """
    texts = frame.select_dtypes(exclude=["number", "bool"])
    guarded = frame.assign(**{str(name): texts[name].map(_guarded) for name in texts})
    return guarded.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode()


def to_parquet(frame: pd.DataFrame) -> bytes:
    """As Parquet; texts stay as they are, since nothing runs them."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="zstd", index=False)
    return buffer.getvalue()


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
