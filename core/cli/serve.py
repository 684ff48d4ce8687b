"""Commands that open the dashboard and look after the workspace."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, workspace
from core.demo.build import build_demo
from core.errors import InputError
from core.identity import asked_as, is_loopback
from core.serving.servers import url
from core.settings import REPOSITORY, settings
from core.store import open_store
from core.store.schema import HEAD, back_up

db = typer.Typer(help="Look after the database.", no_args_is_help=True)
APP, DEMO_PAGE = (REPOSITORY / "dashboard" / name for name in ("app.py", "demo.py"))
PORT = 8501
LOOPBACK = "127.0.0.1"
Address = Annotated[str, typer.Option(help="To listen on: 0.0.0.0 is reachable by other machines.")]
Hosts = Annotated[
    list[str] | None,
    typer.Option(help="A name by which browsers ask for it, besides localhost. Repeat."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.command("demo", rich_help_panel="Look")(demo)
    app.command("dashboard", rich_help_panel="Look")(dashboard)
    app.command("demo-page", rich_help_panel="Look")(demo_page)
    app.add_typer(db, name="db", rich_help_panel="Look after")


def demo(
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    build_only: Annotated[bool, typer.Option("--build-only", help="Build, do not serve.")] = False,
    port: Annotated[int, typer.Option(help="Of the dashboard.", min=1, max=65_535)] = PORT,
    as_json: AsJson = False,
) -> None:
    """Build a workspace of generated posts (once), and start the dashboard on it.

    With --json it builds and does not serve.
    """
    chosen = "home" in settings().model_fields_set
    home = settings().home if chosen else REPOSITORY / "data" / "demo-workspace"
    store = open_store(home)
    with progress_bar() as progress:
        built = build_demo(store, progress=progress)
    if as_json:
        print_json({"home": str(home), **built})
    else:
        done = "built" if built["built"] else "is there already"
        say(f"The demo workspace {done}: {home}")
        say(f"It holds {built['executions']} executions and {built['posts']:,} generated posts.")
    if not build_only and not as_json:
        _serve(home, port, open_browser=not no_open)


def dashboard(
    port: Annotated[int, typer.Option(help="To listen on.", min=1, max=65_535)] = PORT,
    address: Address = LOOPBACK,
    host: Hosts = None,
    secrets: Annotated[
        Path | None, typer.Option(help="The secrets.toml that sets up signing in.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
) -> None:
    """Serve the dashboard, by default on this machine only.

    On another address it is read only unless people sign in: docs/security.md.
    """
    workspace()
    if secrets is not None and not secrets.is_file():
        raise InputError(f"There is no file {secrets}", "docs/security.md says what it holds.")
    _serve(
        settings().home,
        port,
        open_browser=open_browser,
        address=address,
        hosts=host or (),
        secrets=secrets,
    )


def demo_page(
    port: Annotated[int, typer.Option(help="To listen on.", min=1, max=65_535)] = PORT + 1,
    address: Address = LOOPBACK,
    host: Hosts = None,
) -> None:
    """Serve the demo page, on which anybody types a post and says which suggestion is right.

    By default on this machine only. Nobody signs in on it, and nothing else can be reached from it:
    docs/demo-page.md.
    """
    workspace()
    _serve(
        settings().home,
        port,
        app=DEMO_PAGE,
        open_browser=False,
        address=address,
        hosts=host or (),
        options=[
            ("client.toolbarMode", "minimal"),
            ("server.fileWatcherType", "none"),
            ("server.maxMessageSize", 1),
        ],
        # Else uvicorn believes any proxy of this machine, whatever it lets browsers say.
        environment={"FORWARDED_ALLOW_IPS": ""},
    )


@db.command("upgrade")
def db_upgrade(as_json: AsJson = False) -> None:
    """Bring the database to the newest schema. Opening a workspace does so too."""
    workspace()
    if as_json:
        print_json({"schema": HEAD})
        return
    say(f"The database has schema {HEAD}, the newest.")


@db.command("backup")
def db_backup(as_json: AsJson = False) -> None:
    """Write a consistent copy of the database beside it."""
    store = workspace()
    path = back_up(store.engine, store.home / "signoff.db")
    if as_json:
        print_json({"backup": str(path)})
        return
    say(f"Copied to {path}")


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


def _serve(
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
