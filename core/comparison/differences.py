"""How two executions differ in code, data, parameters and environment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.store.executions import Execution

_Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that two executions may differ in, in the words that people read."""

    where: str
    what: str
    baseline: str
    candidate: str

    @property
    def differs(self) -> bool:
        return self.baseline != self.candidate


def differences(
    baseline: Execution, candidate: Execution, *, names: Mapping[str, str] | None = None
) -> list[Fact]:
    """Everything that can be told apart, what differs first.

    ``names`` gives digests the names that people gave them.
    """
    facts = [
        *_facts("Parameters", *_params(baseline.params, candidate.params)),
        *_facts("Data", _named(baseline.inputs, names), _named(candidate.inputs, names)),
        *_facts("Code", _code(baseline), _code(candidate)),
        *_facts("Environment", _flat(baseline.environment), _flat(candidate.environment)),
    ]
    return sorted(facts, key=lambda fact: not fact.differs)


def _facts(where: str, before: _Values, after: _Values) -> Iterator[Fact]:
    for name in dict.fromkeys([*before, *after]):
        yield Fact(where, name, _shown(before.get(name)), _shown(after.get(name)))


def _named(values: _Values, names: Mapping[str, str] | None) -> _Values:
    return {what: (names or {}).get(str(value), value) for what, value in values.items()}


def _params(before: _Values, after: _Values) -> tuple[_Values, _Values]:
    """What was chosen on either side, name by name. Families have other names for other things:
    there, all of them are one value.
    """
    if before.get("family") == after.get("family"):
        return _flat(before), _flat(after)
    return _together(before), _together(after)


def _together(values: _Values) -> _Values:
    chosen = values.get("params")
    own = (
        " ".join(f"{name}={value}" for name, value in chosen.items())
        if isinstance(chosen, dict)
        else None
    )
    return {**{name: value for name, value in values.items() if name != "params"}, "all": own}


def _flat(values: _Values) -> _Values:
    """``{"params": {"lr": 1}}`` as ``{"lr": 1}``: nested names are unique here."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    return flat


def _code(execution: Execution) -> _Values:
    code = execution.code
    commit = code["commit"] or "not in git"
    return {
        "commit": f"{commit[:10]} with changes" if code["dirty"] else commit[:10],
        "source": code["source"],
        "patch": code["patch"],
    }


def _shown(value: object) -> str:
    """Digests by their first twelve digits, nothing as a dash."""
    text = "–" if value is None else str(value)
    return text[:12] if len(text) == 64 else text
