"""The command ``signoff demo``."""

from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say
from core.cli.servers import DASHBOARD, PORT, serve_app
from core.cli.streams import output
from core.demo.build import build_demo
from core.settings import data_folder, settings
from core.store import open_store


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("demo", rich_help_panel="Look")(demo)


def demo(
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Build it without starting the dashboard.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the dashboard.", min=1, max=65_535)] = PORT,
    as_json: AsJson = False,
) -> None:
    """Build a workspace of generated posts (once), and start the dashboard on it.

    With --json it only builds the workspace.
    """
    chosen = "home" in settings().model_fields_set
    home = settings().home if chosen else data_folder() / "demo-workspace"
    output().acts = True
    store = open_store(home)
    with progress_bar() as progress:
        built = build_demo(store, progress=progress)
    if as_json:
        print_json({"home": str(home), **built})
    else:
        done = "was built" if built["built"] else "already exists"
        say(f"The demo workspace {done}: {home}")
        say(f"It holds {built['executions']} executions and {built['posts']:,} generated posts.")
    if not build_only and not as_json:
        serve_app(DASHBOARD, home, port, open_browser=not no_open)
