"""Finding trainings by what they are called, their parameters and their metrics. Pure."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.release.identity import Known

Fact = str | float | bool
_TERM = re.compile(r"([A-Za-z]\w*)(>=|<=|!=|=|>|<)(.+)")
_TAG = re.compile(r"tag:(\S*)", re.IGNORECASE)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_ROUNDED = 0.0005
"""Pages show three decimals: a metric equals what is shown of it."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """One ``name>value`` of a query."""

    name: str
    order: str
    value: str

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        if self.name not in facts:
            return False
        fact = facts[self.name]
        if self.order in _ORDERS:
            wanted = float(self.value)
            return isinstance(fact, int | float) and _ORDERS[self.order](float(fact), wanted)
        return _same(fact, self.value) == (self.order == "=")


def search(known: Sequence[Known], query: str) -> list[Known]:
    """Those that fit every word and every condition of ``loss=ova f1_macro>0.48 tag:baseline``.

    Args:
        query: words separated by spaces. A word is looked for in the name, note, tags, author,
            snapshot and command, without case. ``tag:`` names a whole tag. A condition names a
            parameter, a metric, or ``number``, ``name``, ``model``, ``snapshot``, ``seed``,
            ``state``, ``version`` or ``by``, and is one of ``=``, ``!=``, ``>``, ``<``, ``>=`` and
            ``<=``. Empty: all.

    Raises:
        InputError: a condition names what no training has, or compares with what is no number.
    """
    every = [(each, facts(each)) for each in known]
    terms = query.split()
    tags = [tag[1].lower() for term in terms if (tag := _TAG.fullmatch(term))]
    found = [_TERM.fullmatch(term) or term for term in terms if not _TAG.fullmatch(term)]
    words = [term.lower() for term in found if isinstance(term, str)]
    names = {name for _, its in every for name in its}
    conditions = [_condition(term, names) for term in found if not isinstance(term, str)]
    return [
        each
        for each, its in every
        if all(condition.holds(its) for condition in conditions)
        and all(tag in each.training.annotations.tags for tag in tags)
        and all(word in _text(each) for word in words)
    ]


def facts(known: Known) -> dict[str, Fact]:
    """All that a condition can name, by name."""
    training = known.training
    params = training.execution.params
    metrics = training.evaluation.metrics if training.evaluation else {}
    return {
        **(params.get("params") or {}),
        **metrics,
        "number": training.number,
        "name": training.name,
        "model": training.model.family,
        "snapshot": training.snapshot.id,
        "seed": training.seed,
        "state": str(known.stage),
        "version": known.version or "",
        "by": training.execution.by,
    }


def _condition(term: re.Match[str], names: set[str]) -> _Condition:
    name, order, value = term.groups()
    if names and name not in names:
        raise InputError(
            f"No training has a parameter or metric called {name[:40]!r}",
            f"Use one of {', '.join(sorted(names))}.",
        )
    if order in _ORDERS and not _is_number(value):
        raise InputError(
            f"{value[:40]!r} in {term[0][:60]!r} is not a number", "Write it like f1_macro>0.48."
        )
    return _Condition(name, order, value)


def _same(fact: Fact, value: str) -> bool:
    if isinstance(fact, bool | str) or not _is_number(value):
        return str(fact).lower() == value.lower()
    near = _ROUNDED if isinstance(fact, float) else 0
    return math.isclose(fact, float(value), rel_tol=0, abs_tol=near)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _text(known: Known) -> str:
    training = known.training
    noted = training.annotations
    parts = [known.title, noted.note, *noted.tags, training.execution.by, training.snapshot.id]
    return " ".join([*parts, training.execution.command]).lower()
