"""The command ``signoff executions diff``."""

from typing import Any

from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, print_table, say, say_lines, workspace
from core.comparison import what_differs
from core.comparison.differences import Fact
from core.comparison.what_differs import Figure, Patch
from core.executions import get
from core.executions.history import number
from core.records import to_json


def diff_command(baseline: Number, candidate: Number, as_json: AsJson = False) -> None:
    """What differs between two executions: code, data, parameters, environment, and figures.

    What is the same is left out. To learn whether a difference in figures is real, compare them.
    """
    store = workspace(looking=True)
    before, after = (get(store, number(text)) for text in (baseline, candidate))
    names = (f"#{before.number}", f"#{after.number}")
    facts = what_differs.differing(store, before, after)
    figures = what_differs.figures(store, before, after)
    patches = what_differs.patches(store, before, after)
    if as_json:
        print_json(
            {
                "baseline": before.number,
                "candidate": after.number,
                "differences": [to_json(fact) for fact in facts],
                "figures": [_figure(figure) for figure in figures],
                "patches": [to_json(patch) for patch in patches],
            }
        )
        return
    print_facts(facts, names)
    _print_figures(figures, names)
    _print_patches(patches)


def print_facts(facts: list[Fact], names: tuple[str, str]) -> None:
    """What differs in a table, or that nothing does."""
    if not facts:
        say(f"Nothing that is recorded of {' and '.join(names)} differs.")
        return
    rows = [(fact.where.lower(), fact.what, fact.baseline, fact.candidate) for fact in facts]
    print_table(("of", "what", *names), rows)


def _figure(figure: Figure) -> dict[str, Any]:
    return {**to_json(figure), "difference": figure.difference}


def _print_figures(figures: tuple[Figure, ...], names: tuple[str, str]) -> None:
    if figures:
        say("")
        rows = [(f.name, f.baseline, f.candidate, f.said) for f in figures]
        print_table(("figure", *names, "difference"), rows)


def _print_patches(patches: tuple[Patch, ...]) -> None:
    for patch in patches:
        say("")
        say(f"{patch.name}:")
        say_lines(patch.text.rstrip())
