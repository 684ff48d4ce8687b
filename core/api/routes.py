"""The routes under ``/v1``."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from core.api.problems import JSON, http_problem, invalid, problem
from core.api.schemas import (
    AliasesAnswer,
    FeedbackAnswer,
    FeedbackRequest,
    LabelsAnswer,
    Name,
    PredictAnswer,
    PredictRequest,
    Problem,
    VersionsAnswer,
)
from core.api.state import ServerState
from core.errors import InputError, SignoffError
from core.records import to_json
from core.release import aliases
from core.release.events import CANARY, PRODUCTION
from core.reporting.card import read as read_card
from core.reporting.card_words import document
from core.reporting.rendering import html, markdown
from core.serving.pool import Served
from core.text import is_empty, post_of

_SAID = {
    401: "The token is missing or not valid.",
    404: "There is no such alias, version or submission.",
    405: "The route does not support this method.",
    413: "The request is too large.",
    421: "The server does not accept that host name.",
    422: "The request is not valid.",
    429: "The caller has reached the limit of posts per minute.",
    500: "The server met an unexpected error.",
    503: "This cannot be done right now.",
}
_LATER = ("Retry-After", "Seconds to wait before the next request.")
_HEADERS = {
    401: ("WWW-Authenticate", "Bearer."),
    405: ("Allow", "The methods that the route supports."),
    429: _LATER,
    503: _LATER,
}
"""What an error has besides its body: name and description."""
ALWAYS = (405, 413, 421, 500, 503)
"""What any route may answer with, by the gate in front of it."""


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declaration of errors that a route may answer with."""
    return {status: _error(status) for status in statuses}


def _error(status: int) -> dict[str, Any]:
    declared: dict[str, Any] = {"model": Problem, "description": _SAID[status]}
    if status in _HEADERS:
        name, description = _HEADERS[status]
        declared["headers"] = {name: {"description": description, "schema": {"type": "string"}}}
    return declared


PREFIX = "/v1"
router = APIRouter(prefix=PREFIX, responses=errors(401, 422, 429, *ALWAYS))
Alias = Annotated[Name | None, Query(description="Default: production.")]
Version = Annotated[Name | None, Query(description="A version, instead of an alias.")]


class CardFormat(StrEnum):
    """HTML, Markdown, or the same facts as JSON."""

    HTML = "html"
    MD = "md"
    JSON = "json"


_CARD_TYPES = {
    CardFormat.HTML: "text/html; charset=utf-8",
    CardFormat.MD: "text/markdown; charset=utf-8",
    CardFormat.JSON: JSON,
}
_CARD_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
}
"""As of every answer, but for the styles in the document."""


@router.post(
    "/predict",
    response_model=PredictAnswer,
    responses=errors(404),
    summary="Suggest subreddits for one post or many",
)
async def predict(asked: PredictRequest, request: Request) -> Response:
    """The likeliest subreddits of each post. All posts are answered by one version.

    What was sent is kept with what was suggested, for as long as docs/feedback.md says.
    """
    state = ServerState.of(request)
    state.count(request, len(asked.posts))
    texts = [post_of(post.title, post.text, post.url) for post in asked.posts]
    for place, text in enumerate(texts):
        if is_empty(text.title, text.body):
            raise InputError(f"body.posts.{place} has no text", "Write a title.")
    served = await _served(state, request, asked.alias, asked.version, asked.caller)
    answer = await state.service.predict(served, texts, k=asked.k, keep_text=asked.keep_text)
    state.note(
        request,
        version=served.suggester.version,
        served_as=served.name,
        texts=texts,
    )
    return _json(
        {
            "version": served.suggester.version,
            "served_as": served.name,
            "predictions": [
                {"submission": kept, "suggestions": said}
                for kept, said in zip(answer.kept, answer.said, strict=True)
            ],
        }
    )


@router.post(
    "/feedback",
    response_model=FeedbackAnswer,
    responses=errors(404),
    summary="Say which subreddit is right",
)
async def feedback(said: FeedbackRequest, request: Request) -> Response:
    """Kept when the answer comes. Sent again, it changes nothing; a later word replaces it."""
    state = ServerState.of(request)
    state.count(request, 1)
    name = await state.service.feedback(said.submission, said.subreddit)
    return _json({"submission": said.submission, "subreddit": name})


@router.get("/aliases", response_model=AliasesAnswer, summary="What every alias names")
async def list_aliases(request: Request) -> Response:
    """By name, with what this server has loaded for it."""
    state = ServerState.of(request)
    state.count(request, 1)
    names, canary = await asyncio.to_thread(aliases.named, state.store)
    serving, share = state.pool.serving, (canary.share or 0.0) if canary else 0.0
    return _json(
        {
            "aliases": [
                {
                    "alias": name,
                    "version": version,
                    "share": share if name == CANARY else None,
                    "loaded": serving.get(name),
                }
                for name, version in names.items()
            ]
        }
    )


@router.get("/versions", response_model=VersionsAnswer, summary="Every released version")
async def list_versions(request: Request) -> Response:
    """The newest first, with the aliases that name it."""
    state = ServerState.of(request)
    state.count(request, 1)
    versions = await asyncio.to_thread(aliases.versions, state.store)
    names = await asyncio.to_thread(aliases.current, state.store)
    return _json(
        {
            "versions": [
                {
                    "version": one.version,
                    "created_at": one.created_at.isoformat(),
                    "aliases": [name for name, version in names.items() if version == one.version],
                    "card": router.url_path_for("card", version=one.version),
                }
                for one in versions
            ]
        }
    )


@router.get(
    "/versions/{version}/card",
    response_class=Response,
    responses={
        200: {
            "description": "The model card.",
            "content": {
                "text/html": {"schema": {"type": "string"}},
                "text/markdown": {"schema": {"type": "string"}},
                JSON: {"schema": {"type": "object"}},
            },
        },
        **errors(404),
    },
    summary="The model card of a version",
)
async def card(
    request: Request,
    version: Annotated[Name, Path(description="A version or an alias.", examples=["20260531.1"])],
    format: Annotated[  # noqa: A002 - the parameter's own name
        CardFormat, Query(description="How the card is written.")
    ] = CardFormat.HTML,
) -> Response:
    """What it is for, its data, figures and limits, and who approved it and why."""
    state = ServerState.of(request)
    state.count(request, 1)
    async with state.one_card:
        content = await asyncio.to_thread(_card, state, version, format)
    return Response(content, media_type=_CARD_TYPES[format], headers=_CARD_HEADERS)


def _card(state: ServerState, version: str, chosen: CardFormat) -> str | bytes:
    found = read_card(state.store, version)
    if chosen == CardFormat.JSON:
        return orjson.dumps(to_json(found))
    return (html if chosen == CardFormat.HTML else markdown)(document(found))


@router.get(
    "/labels",
    response_model=LabelsAnswer,
    responses=errors(404),
    summary="Every subreddit that a version can name",
)
async def labels(request: Request, alias: Alias = None, version: Version = None) -> Response:
    """Sorted. By default of what answers you: production, or the canary if you are of its share."""
    state = ServerState.of(request)
    state.count(request, 1)
    served = await _served(state, request, alias, version, None)
    suggester = served.suggester
    return _json({"version": suggester.version, "labels": suggester.model.labels})


class Direct:
    """Answers the one route that is asked again and again, and leaves all others to ``app``.

    The layers that FastAPI has around a route take longer than predicting and keeping; it
    describes this one, and answers it with the same function where it is asked by itself.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._route = next(
            route
            for route in router.routes
            if isinstance(route, APIRoute) and route.endpoint is predict
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope.get("path") != f"{PREFIX}/predict" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["app"], scope["route"] = self._app, self._route
        request = Request(scope, receive)
        response = await self._predict(request)
        await response(scope, receive, send)

    async def _predict(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != JSON:
            return invalid("header.content-type", f"Input should be {JSON}")
        try:
            asked = PredictRequest.model_validate_json(await request.body())
            return await predict(asked, request)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return invalid(".".join(map(str, ("body", *first["loc"]))), first["msg"])
        except ClientDisconnect:  # nobody hears it but the log, as of every other route
            return http_problem(HTTPException(400, "The caller closed the connection"))
        except HTTPException as error:  # the gate's, of a body that is too long
            return http_problem(error)
        except SignoffError as error:
            return problem(error)


async def _served(
    state: ServerState, request: Request, alias: str | None, version: str | None, caller: str | None
) -> Served:
    """Who answers."""
    if alias is not None and version is not None:
        raise InputError(
            "The request names both an alias and a version", "Give one of them, or neither."
        )
    name = version or alias
    if name in (None, PRODUCTION):
        return state.pool.for_caller(caller or state.caller(request).name)
    held = state.pool.held(name)
    return held if held is not None else await asyncio.to_thread(state.pool.named, name)


def _json(value: dict[str, Any] | Sequence[Any]) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)
