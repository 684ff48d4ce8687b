"""How two executions differ in code, data, parameters and environment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.store.executions import Execution


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
        *_facts("Parameters", _flat(baseline.params), _flat(candidate.params)),
        *_facts("Data", _named(baseline.inputs, names), _named(candidate.inputs, names)),
        *_facts("Code", _code(baseline), _code(candidate)),
        *_facts("Environment", _flat(baseline.environment), _flat(candidate.environment)),
    ]
    return sorted(facts, key=lambda fact: not fact.differs)


def _facts(where: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Fact]:
    for name in dict.fromkeys([*before, *after]):
        yield Fact(where, name, _shown(before.get(name)), _shown(after.get(name)))


def _named(values: Mapping[str, object], names: Mapping[str, str] | None) -> Mapping[str, object]:
    return {what: (names or {}).get(str(value), value) for what, value in values.items()}


def _flat(values: Mapping[str, object]) -> Mapping[str, object]:
    """``{"params": {"lr": 1}}`` as ``{"lr": 1}``: nested names are unique here."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    return flat


def _code(execution: Execution) -> Mapping[str, object]:
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
