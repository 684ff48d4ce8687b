"""Arguments that several commands take."""

from typing import Annotated

import typer

Number = Annotated[str, typer.Argument(help="An execution's number, such as 12.")]
