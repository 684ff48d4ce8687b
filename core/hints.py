"""What somebody can do next, as values: a command line prints them, a page makes code or a button.

Commands are named here and nowhere else in a sentence, so that nobody has to look for them in
prose; a test checks that each of them exists.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int | float
Option = Value | bool | Sequence[Value] | None


@dataclass(frozen=True, slots=True, init=False)
class Command:
    """A command line of Signoff; ``str`` gives it as a shell takes it.

    >>> str(Command("alias set", "staging", "20261122.1"))
    'signoff alias set staging 20261122.1'
    >>> str(Command("release approve", 7, comment="Better nearly everywhere", override=True))
    "signoff release approve 7 --comment 'Better nearly everywhere' --override"

    Args:
        name: the words between ``signoff`` and the arguments: ``"alias set"``.
        arguments: what stands after it, in order. What the reader has to fill in is in capitals.
        options: name -> value, underscores for hyphens. True is a flag, several values repeat the
            option; None and False are left out.
    """

    name: str
    arguments: tuple[str, ...]
    options: tuple[tuple[str, str | None], ...]
    """``("--share", "0.1")``; None for a flag."""

    def __init__(self, name: str, *arguments: Value, **options: Option) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", tuple(map(str, arguments)))
        written = [pair for key, value in options.items() for pair in _written(key, value)]
        object.__setattr__(self, "options", tuple(written))

    def __str__(self) -> str:
        words = ["signoff", *self.name.split(), *self.arguments]
        for option, value in self.options:
            words += [option] if value is None else [option, value]
        return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Hint:
    """How to mend something, or what to do next.

    ``text``: one plain sentence with its full stop, which makes sense without the command.
    ``command``: the command that does it, if one does.
    """

    text: str
    command: Command | None = None

    def __str__(self) -> str:
        return self.text if self.command is None else f"{self.text.rstrip('.')}: {self.command}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong now. ``title``: what, without a full stop; ``hint``: why, what to do."""

    title: str
    hint: Hint | None = None

    def __str__(self) -> str:
        return f"{self.title}." if self.hint is None else f"{self.title}. {self.hint}"


def _written(key: str, value: Option) -> list[tuple[str, str | None]]:
    option = f"--{key.replace('_', '-')}"
    if value is None or value is False:
        return []
    if value is True:
        return [(option, None)]
    values = [value] if isinstance(value, Value) else value
    return [(option, str(one)) for one in values]
