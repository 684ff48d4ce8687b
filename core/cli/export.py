"""Commands that write what the workspace holds for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, warn, workspace
from core.records import to_json
from core.words import count

export = typer.Typer(
    help="Write executions, figures and versions for other tools.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(export, name="export", rich_help_panel="Look")


@export.command("parquet")
def export_parquet(
    output: Annotated[
        Path,
        typer.Option(help="The folder to write; an earlier export in it is replaced as a whole."),
    ],
    as_json: AsJson = False,
) -> None:
    """Write tables of executions, figures, comparisons and versions as Parquet: docs/exports.md.

    No post is written, and no figure of a sealed test.
    """
    from core.reporting.exports import parquet  # Arrow takes half a second

    store = workspace()
    with progress_bar() as progress:
        rows = parquet.export(store, output, progress=progress)
    if as_json:
        print_json({"folder": str(output), "rows": rows})
        return
    say(f"Wrote {count(len(rows), 'table')} with {count(sum(rows.values()), 'row')} to {output}.")


@export.command("mlflow")
def export_mlflow(
    tracking_uri: Annotated[
        str,
        typer.Option(
            help="Of the tracking server, such as http://localhost:5000, or of a database, such as"
            " sqlite:////tmp/mlflow.db."
        ),
    ],
    experiment: Annotated[
        str, typer.Option(help="The experiment; it is made if there is none.")
    ] = "signoff",
    cards: Annotated[
        bool, typer.Option(help="Attach the model card of each released version.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write executions, released versions and aliases to MLflow; again: only what is new.

    It needs signoff[mlflow]. No post is written, no model, and of sealed tests only what the cards
    of released versions say: docs/exports.md.
    """
    from core.reporting.exports import tracking

    store = workspace()
    with progress_bar() as progress:
        done = tracking.export(
            store, tracking_uri, experiment=experiment, cards=cards, progress=progress
        )
    if done.unattached:
        warn(
            f"{count(done.unattached, 'model card')} could not be attached: the server keeps"
            " files in a folder that cannot be reached from here."
        )
    if as_json:
        print_json(to_json(done))
        return
    say(
        f"Experiment {done.experiment}: {count(done.runs, 'new run')},"
        f" {count(done.versions, 'new version')}, {count(done.aliases, 'alias', 'aliases')} moved,"
        f" {count(done.noted, 'run')} with changed notes."
    )
