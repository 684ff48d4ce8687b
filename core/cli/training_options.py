"""Options that say what to train on, and how."""

from typing import Annotated

import typer

from core.training.families import FAMILIES

OfSnapshot = Annotated[
    str,
    typer.Option("--snapshot", help="Name of the snapshot, or the first digits of its digest."),
]
Family = Annotated[
    str,
    typer.Option(
        "--model",
        help=f"The model family: {', '.join(FAMILIES)}, or one that an installed package brings.",
    ),
]
Params = Annotated[
    list[str] | None,
    typer.Option("--param", help="Parameter as name=value. Repeat for more."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        help="Default: all cores. With 1, every family is reproducible bit for bit; linear always"
        " is."
    ),
]
