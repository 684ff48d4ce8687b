"""The commands of ``signoff``: a table of contents."""

from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Annotated

import typer

from core.cli.output import say

_COMMANDS = (
    *("init", "pipeline", "import", "snapshot", "collect", "subreddits", "data", "train", "tune"),
    *("model", "evaluate", "compare", "agree", "topics", "noise", "drift", "backtest"),
    *("executions", "jobs", "feedback"),
    *("release", "alias", "report", "card", "export", "ledger", "audit", "users", "tokens"),
    *("seal", "notify", "demo", "dashboard", "demo-page", "db", "doctor", "gc", "serve"),
)
"""In the order of --help. Each is a module of this package, loaded only if it is asked for: all of
them take seconds."""
_MODULES = {"import": "imports", "snapshot": "snapshots"}
"""Where the module's name is not the command's: one is a keyword, the other a package of core."""

_WORKSPACE = (
    "Everything is stored in one folder, the workspace. SIGNOFF_HOME sets it. The default is"
    " data/workspace in a checkout; for an installed Signoff, it is in the operating system's"
    " folder for your data (on Linux ~/.local/share/signoff/workspace)."
)


def build(command: str | None = None) -> typer.Typer:
    """The application; with ``command``, only the group that holds it, if there is one."""
    app = typer.Typer(
        name="signoff",
        help="Decide, on evidence, whether a new classifier can replace the one in production.",
        epilog=_WORKSPACE,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_options)
    for one in _needed(command):
        module = _MODULES.get(one, one.replace("-", "_"))
        import_module(f"core.cli.{module}").register(app)
    return app


def _needed(command: str | None) -> Sequence[str]:
    """The commands to load: all of them only where all of them are listed."""
    if command == "--version":
        return ()
    return (command,) if command in _COMMANDS else _COMMANDS


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"signoff {metadata.version('signoff')}")
        raise typer.Exit


def _options(
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where an error came from.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Options of every command; ``core.cli.boundary`` reads --traceback itself."""
