"""The log of a server: one JSON object a line, on stderr."""

import logging
import sys
from datetime import UTC, datetime

import orjson

from core.safe_text import in_json


def log_lines() -> None:
    """From now on, what Signoff logs in this process is written as such lines."""
    log = logging.getLogger("signoff")
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    log.handlers = [lines]
    log.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """What is seldom; of each request, the gate of the API writes such a line itself."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as such a line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            **getattr(record, "line", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return in_json(orjson.dumps(line).decode())
