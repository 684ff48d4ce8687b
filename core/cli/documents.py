"""What commands share that hand out a document."""

from enum import StrEnum
from pathlib import Path

from core.cli.output import print_lines, say
from core.errors import InputError
from core.store.artifacts import storage_errors


class Format(StrEnum):
    """Markdown, or one HTML file that loads nothing."""

    MD = "md"
    HTML = "html"


def chosen_format(wanted: Format | None, output: Path | None) -> Format:
    """What was asked for, else what the file's name says, else Markdown.

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


def hand_out(written: str, output: Path | None, *, called: str, quiet: bool) -> None:
    """Write the document to ``output`` and say so, or print it where there is none.

    Args:
        called: what it is, for the sentence that says where.
        quiet: print nothing: stdout is for JSON.
    """
    if output is not None:
        with storage_errors(output, chosen=True):
            output.write_text(written, encoding="utf-8")
        if not quiet:
            say(f"{called}: {output}")
    elif not quiet:
        print_lines([written], json=False)
