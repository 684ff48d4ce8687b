"""The command ``signoff``: a table of contents, and the one place where errors become words."""

import sys
from typing import Annotated

import typer
from rich.markup import escape
from typer import rich_utils
from typer._click.exceptions import ClickException

from core.cli import data, executions, models, release, serve
from core.cli.output import err
from core.errors import SignoffError

app = typer.Typer(
    name="signoff",
    help="Decide, on evidence, whether a new version of a classifier may replace the present one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


_TYPERS_INTERRUPT = 130


@app.callback()
def _options(
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where an error came from.")
    ] = False,
) -> None:
    """Options of every command; ``run`` reads --traceback itself."""


data.register(app)
models.register(app)
executions.register(app)
release.register(app)
serve.register(app)


def run() -> None:
    """Run the command line and leave with its exit code.

    0 done, 1 an expected error, 2 wrong usage, 3 a gate failed.
    """
    wants_traceback = "--traceback" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--traceback"]
    try:
        code = app(arguments, prog_name="signoff", standalone_mode=False)
    except ClickException as error:
        rich_utils.rich_format_error(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)
    except SignoffError as error:
        if wants_traceback:
            raise
        err.print(f"[red]{_escaped(str(error))}[/red]", soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:  # the boundary: whatever is left is ours to mend
        if wants_traceback:
            raise
        said = f"Signoff met an error that it did not expect: {type(error).__name__}: {error}"
        hint = "Please report it with what --traceback prints."
        err.print(f"[red]{_escaped(said)}. {hint}[/red]", soft_wrap=True)
        sys.exit(1)
    if code == _TYPERS_INTERRUPT:
        err.print("[red]Interrupted. Nothing half-written is left; run the command again.[/red]")
        sys.exit(1)
    sys.exit(code or 0)


def _escaped(text: str) -> str:
    return escape(" ".join(text.split("\n")))
