"""What every command shares: options, JSON, tables, the progress bar."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from core.audit.clock import doubt
from core.cli.streams import output, takes_all
from core.errors import InputError
from core.hints import Hint
from core.progress import Progress
from core.safe_text import in_ascii, in_json, in_lines, one_line
from core.settings import settings
from core.store import Store, existing_store, open_store

if TYPE_CHECKING:
    import pandas as pd

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Force = Annotated[bool, typer.Option("--force", help="Run again even if nothing has changed.")]

_PIPED = 160
"""Characters of a line where no terminal says how many there are."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED)
err = Console(stderr=True, highlight=False)


def workspace(*, make: bool = False, looking: bool = False) -> Store:
    """The workspace that SIGNOFF_HOME names.

    Args:
        make: whether to make it where there is none: for commands that bring posts in.
        looking: the command only shows something, so if its output cannot be written, it has
            failed. Not where the exit code is the answer, as of ``audit verify``.
    """
    if not looking:
        output().acts = True
    home = settings().home
    store = open_store(home) if make else existing_store(home)
    if said := doubt(store):
        warn(said)
    return store


def print_json(value: Any) -> None:
    """One JSON document on stdout. A value that is not a finite number becomes null."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    document = in_json(orjson.dumps(value, option=options).decode())
    sys.stdout.write((document if takes_all(sys.stdout) else in_ascii(document)) + "\n")


def print_lines(lines: Iterable[str], *, json: bool) -> None:
    """The lines of a file, with their ends. They say the same whatever the encoding of stdout.

    Args:
        json: each is a JSON document; else the file is UTF-8, as it is when written with --output.
    """
    if takes_all(sys.stdout):
        sys.stdout.writelines(lines)
    elif json or sys.stdout.isatty():
        sys.stdout.writelines(map(in_ascii, lines) if json else lines)
    else:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.writelines(lines)


def say(text: str | Hint) -> None:
    """A line for people, and only one: nothing in it is style, or steers the terminal."""
    out.print(_plain(str(text)), soft_wrap=True)


def say_lines(text: str) -> None:
    """Text that has lines of its own, such as a file's: nothing in it is style, or steers."""
    out.print(escape(in_lines(text)), soft_wrap=True)


def complain(text: str) -> None:
    """The same as :func:`say`, in red and on stderr."""
    err.print(f"[red]{_plain(text)}[/red]", soft_wrap=True)


def warn(text: str) -> None:
    """The same in yellow: the command goes on."""
    err.print(f"[yellow]{_plain(text)}[/yellow]", soft_wrap=True)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table whose columns of numbers are aligned right."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for index, name in enumerate(columns):
        numbers = all(isinstance(row[index], int | float) for row in rows)
        table.add_column(_plain(name), justify="right" if numbers and rows else "left")
    for row in rows:
        table.add_row(*(_plain(_cell(value)) for value in row))
    out.print(table)


def writer_of(path: Path) -> "Callable[[pd.DataFrame], bytes]":
    """What makes a file of this name of a frame.

    Raises:
        InputError: the name ends in neither .csv nor .parquet.
    """
    from core.spreadsheets import as_csv, as_parquet  # pandas takes half a second

    writers = {".csv": as_csv, ".parquet": as_parquet}
    if path.suffix not in writers:
        raise InputError(
            f"{path} is neither .csv nor .parquet", "Choose a file name with one of these endings."
        )
    return writers[path.suffix]


class _Rate(ProgressColumn):
    """How much is done in a minute."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed * 60:,.0f} {self._unit}" if task.speed else "")


@contextmanager
def progress_bar(*, rate: str = "") -> Iterator[Progress]:
    """A progress callback that draws a bar on stderr where a person is watching.

    ``rate``: what is counted a minute, such as ``subreddits/min``; shown if it is given.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        *([_Rate(rate)] if rate else []),
    )
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def report(step: str, done: float, total: float | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield report


def parse_params(given: Sequence[str]) -> dict[str, str]:
    """``["lr=0.3"]`` as ``{"lr": "0.3"}``.

    Raises:
        InputError: one is not name=value.
    """
    params = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"--param {text!r} is not name=value", "Write it like lr=0.3.")
        params[name] = value
    return params


def _plain(text: str) -> str:
    return escape(one_line(text))


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
