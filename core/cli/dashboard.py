"""The command ``signoff dashboard``."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import workspace
from core.cli.servers import DASHBOARD, LOOPBACK, PORT, Address, Hosts, serve_app
from core.errors import InputError
from core.settings import settings


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("dashboard", rich_help_panel="Look")(dashboard)


def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = PORT,
    address: Address = LOOPBACK,
    host: Hosts = None,
    secrets: Annotated[
        Path | None, typer.Option(help="The secrets.toml file that sets up sign-in.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
) -> None:
    """Serve the dashboard, by default on this machine only.

    On another address it is read-only unless sign-in is set up: docs/security.md.
    """
    workspace()
    if secrets is not None and not secrets.is_file():
        raise InputError(
            f"There is no file {secrets}", "docs/security.md describes what belongs in it."
        )
    serve_app(
        DASHBOARD,
        settings().home,
        port,
        open_browser=open_browser,
        address=address,
        hosts=host or (),
        secrets=secrets,
    )
