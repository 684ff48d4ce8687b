"""What the commands that start a server share."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from core.cli.output import say
from core.errors import InputError
from core.network import asked_as, is_loopback
from core.serving.servers import url
from core.settings import REPOSITORY, settings

APP, PUBLIC_PAGE = (REPOSITORY / "dashboard" / name for name in ("app.py", "public_page.py"))
PORT = 8501
LOOPBACK = "127.0.0.1"
Address = Annotated[str, typer.Option(help="To listen on: 0.0.0.0 is reachable by other machines.")]
Hosts = Annotated[
    list[str] | None,
    typer.Option(help="A name by which browsers ask for it, besides localhost. Repeat."),
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
    home: Path,
    port: int,
    *,
    app: Path = APP,
    open_browser: bool,
    address: str = LOOPBACK,
    hosts: Sequence[str] = (),
    secrets: Path | None = None,
    options: Sequence[tuple[str, object]] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Become the app's process: it reads its settings anew, with ``home`` among them.

    Args:
        options: of Streamlit, besides those of every app.
        environment: variables besides those of this process.
    """
    require_free(address, port)
    alone = is_loopback(address)
    shown = url("localhost" if address == LOOPBACK else address, port)
    say(f"Serving on {shown} – stop with Ctrl-C.")
    if app == APP and not alone and secrets is None and not settings().trusted_user_header:
        say("Other machines can reach it and nobody can sign in, so it is read only.")
    sys.stdout.flush()
    allowed = asked_as(address, hosts) or ("*",)
    all_options = [
        ("server.port", port),
        ("server.address", address),
        ("server.headless", str(not open_browser).lower()),
        ("server.showEmailPrompt", "false"),
        # Before its welcome Streamlit asks a server elsewhere for the address of this machine.
        ("logger.hideWelcomeMessage", "true"),
        *(("server.allowedHosts", name) for name in allowed),
        *([("secrets.files", secrets.resolve())] if secrets else []),
        *options,
    ]
    # Streamlit looks for its configuration in the working directory.
    os.chdir(REPOSITORY)
    os.execve(  # noqa: S606 - no shell, and no word of the command from outside
        sys.executable,
        [sys.executable, "-m", "streamlit", "run", str(app)]
        + [f"--{name}={value}" for name, value in all_options],
        {**os.environ, **environment, "SIGNOFF_HOME": str(home.resolve())},
    )
