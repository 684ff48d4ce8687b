"""The parameters of a model family: their types, their ranges, and how they are read from text."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError

Value = bool | int | float | str
AUTO = "auto"
MAX_WHOLE = 2**31 - 1
"""The largest whole number of most libraries."""
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: what it is, and what it may be.

    Args:
        title: what people call it, ``learning rate``; empty: its name says it.
        default: a value of the type ``kind``, which is bool, int, float or str; None where the
            family chooses one for the size of the training (see ``settle`` of
            :class:`core.training.classifier.Family`). As text that is :data:`AUTO`.
        help: what it does, a few words.
        low: smallest value of a number; with ``above_low``, it has to be larger.
        high: largest value of a number.
        choices: all that a str may be; empty: any.
        tried: the least and the largest number that tuning tries, both above 0; None: it leaves
            the default.
        said: how trainings are told apart by it, ``{} epochs``, with its value for the braces;
            empty: only where it is not the default, by its name.
    """

    name: str
    kind: type[Value]
    default: Value | None
    help: str
    low: float = 0
    above_low: bool = False
    high: float = MAX_WHOLE
    choices: tuple[str, ...] = ()
    tried: tuple[float, float] | None = None
    said: str = ""
    title: str = ""

    @property
    def called(self) -> str:
        """``learning rate (lr)``: its title, and the name that a command takes."""
        return f"{self.title} ({self.name})" if self.title else self.name

    def told(self, value: Value) -> str:
        """How a training with this value is told apart: ``10 epochs``, ``1 epoch``, ``dim 32``;
        empty where it is not.
        """
        if self.said:
            text = self.said.format(value)
            return text.removesuffix("s") if value == 1 else text
        usual = self.default is None or value == self.default
        return "" if usual else f"{self.name} {value}"

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        return f"{self._allowed}, or {AUTO}" if self.default is None else self._allowed

    @property
    def _allowed(self) -> str:
        if self.kind is bool:
            return "true or false"
        if self.kind is str:
            return f"one of {', '.join(self.choices)}" if self.choices else "a text"
        noun = "a whole number" if self.kind is int else "a number"
        lower = "above" if self.above_low else "from"
        link = "and up to" if self.above_low else "to"
        return f"{noun} {lower} {_plain(self.low)} {link} {_plain(self.high)}"

    def parse(self, text: str) -> Value | None:
        """The value that ``text`` stands for; None for :data:`AUTO`.

        Raises:
            InputError: it is not of this type, or out of range.
        """
        if self.default is None and text == AUTO:
            return None
        value = self._read(text)
        if value is None or not self._fits(value):
            raise InputError(f"{self.name} cannot be {text[:40]!r}", f"Give {self.allowed}.")
        return value

    def show(self, value: Value | None) -> str:
        """The text that :meth:`parse` reads as ``value``."""
        if value is None:
            return AUTO
        return str(value).lower() if self.kind is bool else str(value)

    def _read(self, text: str) -> Value | None:
        if self.kind is bool:
            return _TRUTH.get(text.lower())
        if self.kind is int:
            return int(text) if _WHOLE.fullmatch(text) else None
        if self.kind is float:
            try:
                return float(text)
            except ValueError:
                return None
        return text

    def _fits(self, value: Value) -> bool:
        if isinstance(value, str):
            return not self.choices or value in self.choices
        if isinstance(value, bool):
            return True
        # Neither "nan" nor "inf" is within any range.
        return (
            math.isfinite(value)
            and (self.low < value if self.above_low else self.low <= value)
            and value <= self.high
        )


def defaults(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The default of each parameter."""
    return {parameter.name: parameter.default for parameter in parameters}


def parse_all(parameters: Iterable[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """All parameters: the given ones read from their text, the rest by default.

    Raises:
        InputError: a name that is not among them, or a value that it cannot have.
    """
    known = {parameter.name: parameter for parameter in parameters}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(
            f"The model has no parameter {', '.join(unknown)}",
            f"Its parameters are {', '.join(sorted(known))}.",
        )
    parsed = {name: known[name].parse(text) for name, text in given.items()}
    return defaults(known.values()) | parsed


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else str(number)
