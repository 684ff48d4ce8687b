"""Commands that documents and files name, looked up in the command line itself."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from typer.main import get_command

from core.cli.app import build
from core.cli.report import WRITE, Writing

OPTION = re.compile(r"--[a-z0-9-]+")


@cache
def commands() -> dict[str, frozenset[str]]:
    """``"alias set"`` -> its options; ``"alias"``, the group, has none, but ``"report"`` those
    of its command that need not be named.
    """

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
        children = getattr(command, "commands", {})
        params = children[WRITE].params if isinstance(command, Writing) else command.params
        yield " ".join(path), frozenset(option for p in params for option in p.opts)
        for child, one in children.items():
            yield from walk(one, (*path, child))

    return dict(walk(get_command(build()), ()))


def is_group(command: str) -> bool:
    return any(other.startswith(f"{command} ") for other in commands())


def fault(line: str) -> str | None:
    """What is wrong with ``alias set NAME --share 0.1``; None: nothing.

    ``audit verify|export`` names two commands.
    """
    first, *rest = line.split()
    named = ["" if first.startswith("-") else first]
    while is_group(named[0]) and rest and not rest[0].startswith("-"):
        if commands()[named[0]] and f"{named[0]} {rest[0]}" not in commands():
            break  # what follows are the arguments of the command that need not be named
        named = [f"{named[0]} {word}" for word in rest.pop(0).split("|")]
    if not all(command in commands() for command in named):
        return f"there is no command {line!r}"
    offered = {"--help", "--traceback"}.union(*(commands()[command] for command in named))
    missing = sorted(set(OPTION.findall(line)) - offered)
    return f"{line!r} has no {', '.join(missing)}" if missing else None
