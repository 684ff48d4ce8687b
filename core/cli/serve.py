"""The command ``signoff serve``: the HTTP API."""

from typing import Annotated

import typer

from core.cli.output import say, workspace
from core.cli.servers import LOOPBACK, require_free
from core.network import is_loopback


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("serve", rich_help_panel="Decide")(serve)


def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = 8600,
    address: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 is reachable from other machines.")
    ] = LOOPBACK,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Require no token from anybody.")
    ] = False,
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="A host name or address that callers use, besides localhost. Repeat for more."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(help="Posts per caller and minute; 0: no limit.", min=0)
    ] = 60_000,
    versions: Annotated[
        int,
        typer.Option(
            help="How many other versions stay loaded, besides production, canary and shadow.",
            min=1,
            max=100,
        ),
    ] = 2,
    log_text: Annotated[
        bool, typer.Option("--log-text", help="Write the texts that callers send to the log.")
    ] = False,
) -> None:
    """Serve the HTTP API for other programs, by default on this machine only: docs/api.md.

    On another address every caller needs a token (see signoff tokens create), and the server
    accepts any host name unless --host is given.
    """
    # Loading these takes longer than most commands.
    from core.api.app import Options
    from core.api.run import serve as run

    store = workspace()
    require_free(address, port)
    options = Options(
        address=address,
        port=port,
        hosts=tuple(host or ()),
        open_to_all=open_to_all,
        posts_a_minute=limit,
        log_text=log_text,
        versions=versions,
    )
    say(f"Serving on {options.url} – stop with Ctrl-C.")
    if not is_loopback(address):
        who = "everybody who can reach it" if open_to_all else "everybody with a token"
        say(f"Other machines can reach it: it answers {who}.")
    run(store, options)
