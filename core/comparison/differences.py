"""How two executions differ in code, data, parameters and environment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from core.errors import SignoffError
from core.store.executions import Execution
from core.training.families import called, family

_Values = Mapping[str, object]
_WORDS = MappingProxyType(
    {
        "family": "model family",
        "version": "version of the family",
        "package": "package of the family",
        "newest": "only the newest posts",
        "half": "half of the posts",
        "before": "only posts before (epoch seconds)",
        "shuffled": "validated on a random tenth",
        "source": "Signoff's code",
        "dirty": "changed since the commit",
        "patch": "uncommitted changes",
        "project_commit": "the project's commit",
        "project_dirty": "the project changed since its commit",
        "project_patch": "uncommitted changes of the project",
        "project_note": "note on the project",
        "cpu": "processor",
        "python": "Python",
    }
)
"""What people call what code calls otherwise, besides parameters of models."""


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
        *_parameters(baseline.params, candidate.params),
        *_facts("Data", _named(baseline.inputs, names), _named(candidate.inputs, names)),
        *_facts("Code", _code(baseline), _code(candidate)),
        *environments(baseline.environment, candidate.environment),
    ]
    return sorted(facts, key=lambda fact: not fact.differs)


def environments(before: _Values, after: _Values) -> Iterator[Fact]:
    """On what the two ran: packages, Python, processor."""
    return _facts("Environment", flat(before), flat(after))


def said(name: str) -> str:
    """What people call a parameter or another fact: ``learning rate (lr)``."""
    return _WORDS.get(name) or called(name)


def _parameters(before: _Values, after: _Values) -> Iterator[Fact]:
    """What was chosen on either side. Families have other parameters: there, each stands with its
    family, and what is as its family has it by default is left out.
    """
    if before.get("family") == after.get("family"):
        yield from _facts("Parameters", flat(before), flat(after))
        return
    own = ("params", "version")
    yield from _facts("Parameters", _without(own, before), _without(own, after))
    for side, place in ((before, 0), (after, 1)):
        for name, value in unusual(side).items():
            values = ["–", "–"]
            values[place] = shown(value)
            yield Fact("Parameters", f"{side.get('family')}: {said(name)}", *values)


def _without(names: Sequence[str], values: _Values) -> _Values:
    return {name: value for name, value in values.items() if name not in names}


def unusual(params: _Values) -> dict[str, object]:
    """The parameters that tell a training apart from others of its family: what the family always
    says, and what is not at its default.
    """
    chosen = params.get("params") or {}
    if not isinstance(chosen, dict):
        return {}
    try:
        known = {each.name: each for each in family(str(params.get("family"))).parameters}
    except SignoffError:  # made by a package that is gone, or not trained at all
        known = {}
    return {
        name: value
        for name, value in chosen.items()
        if name not in known or known[name].said or known[name].default not in (None, value)
    }


def flat(values: _Values) -> dict[str, object]:
    """``{"params": {"lr": 1}}`` as ``{"lr": 1}``: nested names are unique here."""
    found: dict[str, object] = {}
    for name, value in values.items():
        found.update(value if isinstance(value, dict) else {name: value})
    return found


def shown(value: object) -> str:
    """Digests by their first twelve digits, nothing as a dash."""
    if value is None or isinstance(value, bool):
        return {None: "–", True: "yes", False: "no"}[value]
    text = str(value)
    return text[:12] if len(text) == 64 else text


def _facts(where: str, before: _Values, after: _Values) -> Iterator[Fact]:
    for name in dict.fromkeys([*before, *after]):
        yield Fact(where, said(name), shown(before.get(name)), shown(after.get(name)))


def _named(values: _Values, names: Mapping[str, str] | None) -> _Values:
    return {what: (names or {}).get(str(value), value) for what, value in values.items()}


def _code(execution: Execution) -> _Values:
    code = execution.code
    return {
        "project_commit": _commit(code.get("project_commit"), changed=code.get("project_dirty")),
        "project_patch": code.get("project_patch"),
        "commit": _commit(code["commit"] or "not in git", changed=code["dirty"]),
        "source": code["source"],
        "patch": code["patch"],
    }


def _commit(commit: str | None, *, changed: bool | None) -> str | None:
    """None of executions outside of projects."""
    return f"{commit[:10]} with changes" if commit and changed else commit and commit[:10]
