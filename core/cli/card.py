"""The command ``signoff card``."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.documents import Format, chosen_format, hand_out
from core.cli.output import AsJson, print_json, workspace
from core.records import to_json
from core.reporting.card import read
from core.reporting.card_words import document
from core.reporting.rendering import html, markdown


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("card", rich_help_panel="Look")(card)


def card(
    version: Annotated[str, typer.Argument(help="A version or an alias, such as production.")],
    format: Annotated[  # noqa: A002 - the option's own name
        Format | None,
        typer.Option(help="Default: by the ending of --output, else md.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the card to this file instead of printing it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The model card of a version: its purpose, data, figures, limits, approval and licence."""
    chosen = chosen_format(format, output)
    found = read(workspace(looking=True), version)
    written = (html if chosen == Format.HTML else markdown)(document(found))
    hand_out(written, output, called=f"The model card of {found.version}", quiet=as_json)
    if as_json:
        print_json(to_json(found))
