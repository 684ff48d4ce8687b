"""Everything that users sent and answered, for use elsewhere."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import orjson

from core.errors import InputError
from core.safe_text import in_json
from core.spreadsheets import guarded
from core.store import Store
from core.store import feedback as feedback_table

NDJSON, CSV = "ndjson", "csv"
FORMATS = (NDJSON, CSV)


def lines(store: Store, *, format: str = NDJSON, text: bool = True) -> Iterator[str]:  # noqa: A002
    """Every submission with its latest answer and its label as one line with its end, oldest first;
    of CSV, the names of the columns before. Streams: memory stays flat.

    CSV is what spreadsheets open: there a text that begins like a formula has an apostrophe before
    it, and characters that steer a terminal are shown as symbols. NDJSON has every text as it was
    sent, such characters as JSON escapes them.

    Args:
        text: False: without titles and texts.

    Raises:
        InputError: there is no such format.
    """
    if format not in FORMATS:
        raise InputError(f"{format!r} is not a format", f"Choose {' or '.join(FORMATS)}.")
    return _lines(store, csv_=format == CSV, text=text)


def _lines(store: Store, *, csv_: bool, text: bool) -> Iterator[str]:
    left_out = () if text else ("title", "body", "domain")
    names = [name for name in feedback_table.EXPORTED if name not in left_out]
    if csv_:
        yield _cells(names)
    with store.read() as session:
        for row in feedback_table.every_submission(session):
            values = {name: row[name] for name in names}
            yield _cells(map(_cell, values.values())) if csv_ else _json(values)


def _json(values: dict[str, Any]) -> str:
    return in_json(orjson.dumps(values, option=orjson.OPT_UTC_Z).decode()) + "\n"


def _cells(values: Any) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(values)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else guarded(value)
