"""What all requests of one server share."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from core.api.callers import Authenticator, Caller
from core.api.meters import Meters
from core.api.service import Service
from core.serving.pool import Pool
from core.store import Store
from core.text import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """``alarms``: as callers may read them. ``log_text``: whether the log shows what was sent.
    ``one_card``: held while a model card is read, which takes as long as many predictions: so
    those who ask for cards wait for one another, and nobody else for them.
    """

    store: Store
    pool: Pool
    meters: Meters
    service: Service
    authenticator: Authenticator
    alarms: Callable[[], list[str]]
    log_text: bool
    one_card: asyncio.Lock

    @classmethod
    def of(cls, request: Request) -> "ServerState":
        """The state of the server that was asked."""
        return cast("ServerState", request.app.state.shared)

    def caller(self, request: Request) -> Caller:
        """Who asks, as the gate saw it."""
        return cast("Caller", request.scope["state"]["caller"])

    def count(self, request: Request, posts: int) -> None:
        """Count what a request asks for. Raises HttpError if it is too much."""
        self.authenticator.take(self.caller(request), posts)

    def note(
        self, request: Request, *, version: str, served_as: str, texts: Sequence[Post]
    ) -> None:
        """Write into the log's line who answered; the texts only where that was asked for."""
        line: dict[str, object] = {"version": version, "served_as": served_as, "posts": len(texts)}
        if self.log_text:
            line["texts"] = [post._asdict() for post in texts]
        request.scope["state"]["log"] = line
