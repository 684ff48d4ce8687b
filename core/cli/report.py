"""The command ``signoff report``."""

from pathlib import Path
from typing import Annotated

import typer
from typer._click.core import Context
from typer.core import TyperGroup

from core.cli.arguments import Number
from core.cli.documents import Format, chosen_format, hand_out
from core.cli.output import AsJson, print_json, progress_bar, workspace
from core.cli.report_post import post
from core.comparison.compare import pair
from core.errors import InputError
from core.executions.history import number
from core.records import to_json
from core.reporting.notebook import notebook as as_notebook
from core.reporting.rendering import COMMENT, PAGE, fitting, html, markdown
from core.reporting.report import Report, read
from core.reporting.report_words import document

WRITE = "write"


class Writing(TyperGroup):
    """A group whose first command need not be named: ``signoff report 3 5`` writes a report."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = [WRITE, *args]
        return super().parse_args(ctx, args)


report = typer.Typer(
    cls=Writing,
    help="Report on a candidate for its reviewers: in a file, or on a pull request.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(report, name="report", rich_help_panel="Look")


report.command("post")(post)


@report.command(WRITE)
def write_command(
    baseline: Number,
    candidate: Number,
    format: Annotated[  # noqa: A002 - the option's own name
        Format | None,
        typer.Option(help="Default: by the ending of --output, else md.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the report to this file instead of printing it.")
    ] = None,
    notebook: Annotated[
        Path | None,
        typer.Option(help="Write a notebook (.ipynb) to this file, which loads the same results."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a report for reviewers: what differs, how well the candidate does, and who decides.

    The word write may be left out: signoff report BASELINE CANDIDATE.

    It takes two trainings, or two evaluations on validation. The sealed test stays closed.
    Markdown fits a comment on GitHub; HTML is one file that loads nothing.
    """
    chosen = chosen_format(format, output)
    if notebook is not None and notebook.suffix != ".ipynb":
        raise InputError(
            f"{notebook} does not end in .ipynb", "Notebooks have this ending. Choose another name."
        )
    store = workspace()
    with progress_bar() as progress:
        found = read(store, pair(store, number(baseline), number(candidate)), progress=progress)
    called = f"The report on {found.names[1]}"
    if notebook is not None:
        hand_out(as_notebook(found), notebook, called=f"{called} as a notebook", quiet=as_json)
    write, most = (html, PAGE) if chosen == Format.HTML else (markdown, COMMENT)
    written = fitting(document(found), write, most=most)
    if output is not None or notebook is None:
        hand_out(written, output, called=called, quiet=as_json)
    if as_json:
        print_json(_json(found))


def _json(found: Report) -> dict[str, object]:
    return {
        "execution": found.comparison,
        "sentence": found.sentence,
        "caveats": found.caveats,
        "differences": [to_json(fact) for fact in found.facts],
        "verdict": found.check.verdict,
        "next": found.next,
    }
