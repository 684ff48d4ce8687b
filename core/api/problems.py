"""Every refusal in one shape, with the status that says whose turn it is."""

import logging
from collections.abc import Mapping

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from core.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    RefusedError,
    SignoffError,
    StorageError,
    UnavailableError,
)
from core.hints import Hint

log = logging.getLogger("signoff.api")
JSON = "application/json"
_STATUS: dict[type[SignoffError], int] = {
    NotFoundError: 404,
    InputError: 422,
    ConflictError: 409,
    RefusedError: 403,
    UnavailableError: 503,
    StorageError: 503,
}
"""The first that fits counts."""
HINTS = {
    404: "GET /openapi.json lists every route.",
    405: "GET /openapi.json lists the methods of every route.",
    413: "Send fewer posts at once.",
}


class HttpError(SignoffError):
    """A refusal that HTTP has a status of its own for."""

    def __init__(
        self, status: int, reason: str, hint: Hint | str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason, hint)
        self.status, self.headers = status, dict(headers or {})


def problem(error: SignoffError) -> Response:
    """The answer that an error is."""
    if isinstance(error, HttpError):
        return _response(error.status, error.reason, error.hint, error.headers)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    if status >= 500 and _may_name_files(error):
        log.error("a request could not be answered", extra={"line": {"error": str(error)}})
        error = UnavailableError(
            "This cannot be done right now", "Try again. The server's log says why."
        )
    return _response(status, error.reason, error.hint)


def unexpected() -> Response:
    """The answer to a bug: callers learn nothing of it; the log has it."""
    return _response(500, "The server met an unexpected error", "Its log has the details.")


def invalid(where: str, what: str) -> Response:
    """The answer to a request that is not as it should be."""
    return _response(422, f"{where}: {what}", "GET /openapi.json describes every request.")


def http_problem(error: HTTPException) -> Response:
    """The answer that an error of the framework is."""
    hint = HINTS.get(error.status_code, "GET /openapi.json describes every request.")
    # FastAPI's for a body that is not text; one that is not JSON has 422 already.
    status = 422 if error.status_code == 400 else error.status_code
    return _response(status, str(error.detail), hint, error.headers or {})


def tell_all(app: FastAPI) -> None:
    """Have ``app`` answer every error so."""
    app.add_exception_handler(SignoffError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _expected(_request: Request, error: Exception) -> Response:
    if not isinstance(error, SignoffError):
        raise error
    return problem(error)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    """Starlette raises the error again afterwards; the gate has it in the log."""
    return unexpected()


async def _invalid(_request: Request, error: Exception) -> Response:
    """Where in the request, and what; never what was written there."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return invalid(".".join(map(str, first["loc"])), first["msg"])


async def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return http_problem(error)


def _may_name_files(error: SignoffError) -> bool:
    """What the disk said, or repeats what another error did: no caller's business."""
    return isinstance(error, StorageError) or error.__cause__ is not None


def _response(
    status: int, reason: str, hint: Hint | str, headers: Mapping[str, str] | None = None
) -> Response:
    content = orjson.dumps({"error": reason.rstrip("."), "hint": str(hint)})
    later = {"Retry-After": "1"} if status == 503 else {}
    return Response(content, status, headers={**later, **(headers or {})}, media_type=JSON)
