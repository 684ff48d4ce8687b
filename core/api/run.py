"""Serving the API: uvicorn, one process, until it is asked to end."""

import os
import sys
from functools import partial

import uvicorn

from core.access.identity import NOBODY, entrance
from core.api.app import Options, create
from core.connections import CONNECTIONS, CarefulProtocol
from core.serving.log import log_lines
from core.store import Store

IDLE_SECONDS = 30
"""A connection without a request is closed after so long."""
END_SECONDS = 35
"""Requests that are being answered may take as long when the server is asked to end."""


def serve(store: Store, options: Options) -> None:
    """Answer until a signal says to end; what was begun is answered first."""
    entrance(lambda: NOBODY)  # no caller is the local operator
    log_lines()
    uvicorn.run(
        create(store, options, lines=partial(os.write, sys.stderr.fileno())),
        host=options.address,
        port=options.port,
        http=CarefulProtocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )
