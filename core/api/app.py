"""The HTTP API as an ASGI application."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp

from core.api import problems, routes
from core.api.callers import Authenticator
from core.api.gate import Gate, Lines
from core.api.meters import CONTENT_TYPE, Meters
from core.api.schemas import Health, Problem, Readiness
from core.api.service import Service
from core.api.state import ServerState
from core.feedback.retention import erase_overdue
from core.network import asked_as, is_loopback
from core.notifications.background import Sender
from core.release.events import PRODUCTION
from core.serving.heartbeat import Heartbeat
from core.serving.pool import MOST, Pool
from core.serving.servers import register, url
from core.store import Store

SWITCH_SECONDS = 0.0005
"""Python's default of 5 ms lets a thread that works hold up each answer by as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a server is to answer.

    ``open_to_all``: nobody needs a token, wherever they ask from. ``hosts``: names by which it may
    be asked for, besides those of this machine; on another address any, if none is given.
    ``posts_a_minute``: of one caller; 0: any number. ``versions``: how many others are held loaded
    besides production, canary and shadow.
    """

    address: str = "127.0.0.1"
    port: int = 8600
    hosts: tuple[str, ...] = ()
    open_to_all: bool = False
    posts_a_minute: int = 60_000
    log_text: bool = False
    versions: int = MOST

    @property
    def url(self) -> str:
        """Where it answers."""
        return url(self.address, self.port)

    @property
    def names(self) -> tuple[str, ...]:
        """By which it may be asked for; empty: any."""
        return asked_as(self.address, self.hosts)


def create(store: Store, options: Options | None = None, *, lines: Lines | None = None) -> ASGIApp:
    """The application; its models are loaded when it starts, its threads end when it stops.

    Args:
        lines: takes the log's line of each request.
    """
    chosen = options or Options()
    alone = is_loopback(chosen.address)
    meters, pool = Meters(), Pool(store, most=chosen.versions)
    authenticator = Authenticator(
        store,
        needs_token=not alone and not chosen.open_to_all,
        behind_proxy=not chosen.open_to_all,
        posts_a_minute=chosen.posts_a_minute,
        refused=meters.refused_token,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_SECONDS)
        service = Service(store, pool, meters)
        registration = register(store, chosen.url)
        heartbeat = Heartbeat(
            pool,
            registration,
            meters.counts,
            chore=erase_overdue,
            keeps=service.keeps,
            changed=meters.state,
        )
        app.state.shared = ServerState(
            store=store,
            pool=pool,
            meters=meters,
            service=service,
            authenticator=authenticator,
            alarms=lambda: list(map(str, heartbeat.public_alarms)),
            log_text=chosen.log_text,
            one_card=asyncio.Lock(),
        )
        heartbeat.start()
        sender = Sender(store.home)
        sender.start()
        try:
            await asyncio.to_thread(service.wait)
            # What is there now stays: looking through it again and again takes a fifth of the time.
            gc.collect()
            gc.freeze()
            yield
        finally:
            gc.unfreeze()
            sender.close()
            service.close()
            heartbeat.close()

    app = FastAPI(
        title="Signoff",
        summary="Which subreddit does a post belong to?",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Its pages load scripts from elsewhere; docs/api.md says it all.
        redirect_slashes=False,
        # It would send callers, with their tokens, to an address of plain http.
    )
    app.include_router(routes.router)
    _add_health(app, pool, meters)
    problems.tell_all(app)
    _declare_token(app)
    return Gate(
        routes.Direct(app),
        authenticator=authenticator,
        meters=meters,
        hosts=chosen.names,
        lines=lines,
    )


def _declare_token(app: FastAPI) -> None:
    """In the description, which is made when it is first asked for; the gate looks at the token
    before any route is. Optional: on loopback, and where the server is open to all, nobody needs
    one.
    """
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, methods in document["paths"].items():
            if path.startswith(routes.PREFIX):
                for operation in methods.values():
                    operation["security"] = [{"token": []}, {}]
        return document

    setattr(app, "openapi", described)  # noqa: B010 - as FastAPI's own documentation says


def _add_health(app: FastAPI, pool: Pool, meters: Meters) -> None:
    errors = routes.errors(*routes.ALWAYS)
    not_ready = {"model": Readiness | Problem, "description": "Nothing is in production."}

    @app.get(
        "/healthz", response_model=Health, responses=errors, summary="Whether the server is running"
    )
    async def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type=problems.JSON)

    @app.get(
        "/readyz",
        response_model=Readiness,
        responses={**errors, 503: {**errors[503], **not_ready}},
        summary="Whether this server should receive traffic",
    )
    async def readyz(request: Request) -> Response:
        """An alarm does not end it: the version before goes on answering, and where nothing can be
        stored, callers still get their suggestions.
        """
        serving, alarms = pool.serving, ServerState.of(request).alarms()
        ready = PRODUCTION in serving
        status = ("alarm" if alarms else "ready") if ready else "not ready"
        said = {"status": status, "serving": serving, "alarms": alarms}
        return Response(orjson.dumps(said), 200 if ready else 503, media_type=problems.JSON)

    @app.get(
        "/metrics",
        response_class=Response,
        responses={
            200: {"content": {"text/plain": {}}, "description": "Metrics for Prometheus."},
            **errors,
        },
        summary="Request counts and durations",
    )
    async def metrics() -> Response:
        return Response(meters.exposition(), headers={"Content-Type": CONTENT_TYPE})
