"""The command ``signoff``: a table of contents, and the one place where errors become words."""

import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Annotated

import typer
from typer import rich_utils
from typer._click.exceptions import ClickException

from core.cli.output import complain, say
from core.errors import SignoffError
from core.processes import keep_modules_safe
from core.safe_text import one_line

_TYPERS_INTERRUPT = 130
_COMMANDS = (
    *("import", "snapshot", "collect", "subreddits", "data", "train", "tune", "model", "evaluate"),
    *("compare", "topics", "noise", "executions", "feedback", "release", "alias", "ledger"),
    *("audit", "users", "tokens", "seal", "demo", "dashboard", "demo-page", "db", "serve"),
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
    """Options of every command; ``run`` reads --traceback itself."""


def run() -> None:
    """Run the command line and leave with its exit code.

    0 done, 1 an expected error, 2 wrong usage, 3 a gate failed.
    """
    keep_modules_safe()
    wants_traceback = "--traceback" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--traceback"]
    try:
        command = next(iter(arguments), None)
        code = build(command)(arguments, prog_name="signoff", standalone_mode=False)
    except ClickException as error:
        error.message = one_line(error.message)
        rich_utils.rich_format_error(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)
    except KeyboardInterrupt:  # before Typer was there to hear it
        code = _TYPERS_INTERRUPT
    except SignoffError as error:
        if wants_traceback:
            raise
        complain(str(error))
        sys.exit(error.exit_code)
    except Exception as error:  # the boundary: whatever is left is ours to mend
        if wants_traceback:
            raise
        said = f"Unexpected error in Signoff: {type(error).__name__}: {error}"
        complain(f"{said}. Please report it with the output of --traceback.")
        sys.exit(1)
    if code == _TYPERS_INTERRUPT:
        complain("Interrupted. Nothing half-written is left; run the command again.")
        sys.exit(1)
    sys.exit(code or 0)
