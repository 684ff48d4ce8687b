"""The command ``signoff demo-page``."""

from typing import Annotated

import typer

from core.cli.output import workspace
from core.cli.servers import LOOPBACK, PORT, PUBLIC_PAGE, Address, Hosts, serve_app
from core.settings import settings


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("demo-page", rich_help_panel="Look")(demo_page)


def demo_page(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = PORT + 1,
    address: Address = LOOPBACK,
    host: Hosts = None,
) -> None:
    """Serve the demo page, where anybody can type a post and say which suggestion is right.

    By default on this machine only. It has no sign-in, and gives access to nothing else:
    docs/demo-page.md.
    """
    workspace()
    serve_app(PUBLIC_PAGE, settings().home, port, address=address, hosts=host or ())
