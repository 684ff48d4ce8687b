"""The command ``signoff card``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, print_lines, say, workspace
from core.errors import InputError
from core.records import to_json
from core.reporting.card import read
from core.reporting.card_words import document
from core.reporting.rendering import html, markdown
from core.store.artifacts import storage_errors


class Format(StrEnum):
    """Markdown, or one HTML file that loads nothing."""

    MD = "md"
    HTML = "html"


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
    chosen = _format(format, output)
    found = read(workspace(looking=True), version)
    written = (html if chosen == Format.HTML else markdown)(document(found))
    if output is not None:
        with storage_errors(output, chosen=True):
            output.write_text(written, encoding="utf-8")
    if as_json:
        print_json(to_json(found))
    elif output is None:
        print_lines([written], json=False)
    else:
        say(f"The model card of {found.version}: {output}")


def _format(wanted: Format | None, output: Path | None) -> Format:
    """What was asked for, else what the file's name says.

    Raises:
        InputError: the name says neither.
    """
    if wanted is not None:
        return wanted
    if output is None:
        return Format.MD
    try:
        return Format(output.suffix.removeprefix("."))
    except ValueError:
        raise InputError(
            f"{output} is neither .md nor .html", "Choose one of these endings, or give --format."
        ) from None
