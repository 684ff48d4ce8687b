"""Requests to services of others: one at a time, never followed elsewhere, never without an end."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SECONDS = 10.0
"""How long a server that says nothing is waited for."""
WHOLE_SECONDS = 60.0
"""How long an answer may take from its first byte to its last."""
MOST = 4 << 20
"""Bytes that are read of an answer."""


class NoAnswerError(Exception):
    """Nobody answered, or not to an end. Its text never holds the address, which may be secret."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` by their names in lower case; of several of one name, all in one line."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def ask(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most: int = MOST,
) -> Answer:
    """Send one request, and read its answer.

    Args:
        url: it is not followed where the answer leads: it was checked, and that was not.
        body: JSON; None: none is sent.
        most: bytes that an answer may have; 0: its content is not read.

    Raises:
        NoAnswerError: the server cannot be reached, is too slow, or says too much.
    """
    import requests  # takes a tenth of a second

    kind = {"Content-Type": "application/json"} if body is not None else {}
    try:
        with requests.request(
            method,
            url,
            data=body,
            headers={"User-Agent": "Signoff", **kind, **(headers or {})},
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = _content(answer.iter_content(1 << 16), most) if most else b""
            named = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status_code, named, content)
    except (requests.RequestException, OSError) as error:
        raise NoAnswerError(type(error).__name__) from error


def _content(parts: Iterable[bytes], most: int) -> bytes:
    content, until = bytearray(), time.monotonic() + WHOLE_SECONDS
    for part in parts:
        content += part
        if len(content) > most:
            raise NoAnswerError("its answer is too long")
        if time.monotonic() > until:
            raise NoAnswerError("its answer takes too long")
    return bytes(content)


def wait_of(retry_after: str | None, *, now: datetime | None = None) -> float:
    """The seconds that ``Retry-After`` asks for, a number or a moment; 0 where it makes no sense.

    Args:
        now: with its time zone. Default: the clock is read.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
