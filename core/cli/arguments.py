"""Arguments and options that several commands take."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import InputError

Number = Annotated[str, typer.Argument(help="An execution's number, such as 12.")]


def moment_of(text: str | None, option: str) -> int | None:
    """The UTC seconds of a day or moment that an option gives; None where it gives none.

    Raises:
        InputError: the text is not a date.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r} is not a date", "Write it as 2026-01-31.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
