"""Prints docs/cli.md, every command with its help: ``python -m core.cli.reference``."""

import sys
from typing import Any

from typer.main import get_command

from core.cli.app import build

HEAD = """# Command line

Made from `--help` by `python -m core.cli.reference > docs/cli.md`; a test keeps it true.
Exit codes: 0 done, 1 an expected error (one line: what is wrong and what to do), 2 wrong usage,
3 a gate failed, 130 interrupted by Ctrl-C.
What becomes of the output does not change the exit code of a command that did something: if
stdout is full or closed, stderr says that it was done, and what. A command that only shows
something ends with 1 if it could not, but not if its reader has seen enough, as with `| head`.
Signs that stdout's encoding lacks are written in ASCII, in JSON as `\\u` escapes.
`--traceback` anywhere shows where an error came from.
"""


def reference() -> str:
    """The whole document."""
    return "\n".join([HEAD, *_sections(get_command(build()), ["signoff"])])


def _sections(command: Any, path: list[str]) -> list[str]:
    children = getattr(command, "commands", {})
    own = [] if children and not command.invoke_without_command else _section(command, path)
    return [
        *own,
        *(part for name, one in children.items() for part in _sections(one, [*path, name])),
    ]


def _section(command: Any, path: list[str]) -> list[str]:
    lines = [f"## `{' '.join([*path, *map(_argument, _arguments(command))])}`", "", command.help]
    options = [_option(p) for p in command.params if p.param_type_name == "option"]
    return [*lines, "", *options, ""]


def _arguments(command: Any) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "argument"]


def _argument(parameter: Any) -> str:
    return f"{parameter.name.upper()}{'...' if parameter.nargs == -1 else ''}"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    said = f": {parameter.help}" if parameter.help else ""
    default = parameter.default
    plain = default is not None and default is not False and not callable(default)
    known = f" Default: `{default}`." if plain and default != "" else ""
    needed = " Required." if parameter.required else ""
    return f"- {names}{said}{known}{needed}"


if __name__ == "__main__":
    sys.stdout.write(reference())
