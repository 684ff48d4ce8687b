"""What the commands that start a server share."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.cli.output import say
from core.errors import InputError
from core.network import is_loopback
from core.processes import python_words
from core.serving.servers import url
from core.settings import settings

DASHBOARD, PUBLIC_PAGE = "app", "public_page"
"""The two apps, by the names of their files in the package dashboard."""
PORT = 8501
LOOPBACK = "127.0.0.1"
Address = Annotated[
    str, typer.Option(help="Address to listen on; 0.0.0.0 is reachable from other machines.")
]
Hosts = Annotated[
    list[str] | None,
    typer.Option(help="A host name that browsers use, besides localhost. Repeat for more."),
]


def require_free(address: str, port: int) -> None:
    """Raise InputError if nothing can listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise InputError(
                f"{address} port {port} cannot be used: {error.strerror or error}",
                "Choose another --port, or an --address of this machine.",
            ) from None


def serve_app(
    app: str,
    home: Path,
    port: int,
    *,
    open_browser: bool = False,
    address: str = LOOPBACK,
    hosts: Sequence[str] = (),
    secrets: Path | None = None,
) -> NoReturn:
    """Become the process that serves an app (dashboard/server.py) on the workspace ``home``.

    Raises:
        InputError: nothing can listen there.
    """
    require_free(address, port)
    shown = url("localhost" if address == LOOPBACK else address, port)
    say(f"Serving on {shown} – stop with Ctrl-C.")
    signing_in = secrets is not None or bool(settings().trusted_user_header)
    if app == DASHBOARD and not is_loopback(address) and not signing_in:
        say("Other machines can reach it and nobody can sign in, so it is read-only.")
    sys.stdout.flush()
    words = python_words(
        "dashboard.server",
        app,
        f"--address={address}",
        f"--port={port}",
        *(f"--host={name}" for name in hosts),
        *([f"--secrets={secrets.absolute()}"] if secrets else []),
        *(["--open"] if open_browser else []),
    )
    environment = {
        **os.environ,
        **_a_home(),
        **settings().as_environment(),
        "SIGNOFF_HOME": str(home.resolve()),
    }
    os.execve(words[0], words, environment)  # noqa: S606 - no shell, and no word of the command from outside


def _a_home() -> dict[str, str]:
    """Streamlit looks for its files in a home, and ends where there is none: a container's numeric
    user may have none.
    """
    try:
        Path.home()
    except RuntimeError:
        return {"HOME": "/nonexistent"}
    return {}
