"""How requests go out: within the rate limit that all share, and again where that may help.

PRAW does neither as needed here: each of its clients has a rate limit of its own, it gives up on
headers that it cannot read, and it never repeats a request that was answered with 429.
"""

import random
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from prawcore.const import ACCESS_TOKEN_PATH
from prawcore.exceptions import RequestException
from prawcore.requestor import Requestor

from core.collect.outcomes import PASSING, Outcome, Refusal, of_status
from core.collect.rate import RateLimit, retry_after

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each repetition of a request that failed in passing, up to twice as much."""
TIMEOUT = 20.0
"""Seconds without a byte from the server, after which a request has failed."""


class Transport(Requestor):
    """What PRAW sends its requests with."""

    def __init__(self, *, limit: RateLimit, **options: Any) -> None:
        super().__init__(**options)
        self._limit = limit

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """Send a request until it gets a real answer.

        Raises:
            Refusal: what it was answered, also after all repetitions.
            Stopped: the run ended.
        """
        options["timeout"] = self.timeout  # PRAW has another, which nobody can set
        for seconds in WAITS:
            try:
                return self._once(*args, **options)
            except Refusal as refusal:
                if refusal.outcome not in PASSING:
                    raise
            self._limit.clock.wait(seconds * random.uniform(1, 2))
        return self._once(*args, **options)

    def _once(self, *args: Any, **options: Any) -> requests.Response:
        self._limit.acquire()
        headers: dict[str, str] = {}
        try:
            response = super().request(*args, **options)
            headers = {name.lower(): value for name, value in response.headers.items()}
        except RequestException as error:
            raise _of_failure(error.original_exception) from error
        finally:
            self._limit.release(headers)
        if response.status_code == 429:
            self._limit.pause(retry_after(headers, datetime.now(UTC)))
        if _of_key(response):
            # PRAW asks for a new token where it has one; it looks for this header unguarded.
            response.headers.setdefault("www-authenticate", 'Bearer error="invalid_token"')
            return response
        return _checked(response, headers)


def _of_key(response: requests.Response) -> bool:
    """Whether the answer says that the key, or the token made with it, does not fit."""
    if response.status_code == 401:
        return True
    return response.url.endswith(ACCESS_TOKEN_PATH) and response.status_code in (400, 403)


def _checked(response: requests.Response, headers: dict[str, str]) -> requests.Response:
    """The response, if it is what was asked for."""
    for name in [name for name in response.headers if name.lower().startswith("x-ratelimit")]:
        del response.headers[name]  # PRAW would sleep by them, or stumble over them
    try:
        body = response.json()
    except ValueError as error:
        body = None  # as redirects have none
        if 200 <= response.status_code < 300:
            page = response.content.lstrip()[:1] == b"<"
            what = "a web page instead of JSON" if page else f"no JSON: {error}"
            raise Refusal(Outcome.UNREADABLE, what) from error
    refusal = of_status(response.status_code, body, urlsplit(headers.get("location", "")).path)
    if refusal is not None:
        raise refusal
    return response


def _of_failure(error: Exception) -> Refusal:
    """What a request that was not answered means."""
    detail = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, requests.Timeout):
        return Refusal(Outcome.TIMEOUT, detail)
    if isinstance(
        error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
    ):
        return Refusal(Outcome.UNREADABLE, detail)
    return Refusal(Outcome.UNREACHABLE, detail)
