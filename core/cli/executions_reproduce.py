"""The command ``signoff executions reproduce``."""

from core.cli.arguments import Number
from core.cli.executions_diff import print_facts
from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.executions.history import number
from core.records import to_json
from core.reproduction.reproduce import reproduce
from core.reproduction.results import Measured, Reproduction, outputs_said
from core.words import band, signed


def reproduce_command(execution: Number, as_json: AsJson = False) -> None:
    """Run an execution again, with its own code, and say whether the same comes of it.

    Its commit is checked out into a temporary folder with its uncommitted changes, and runs there
    on a copy of what it read. The workspace stays as it is, but for the record of this. The sealed
    test stays closed.
    """
    store = workspace()
    with progress_bar() as progress:
        found, made = reproduce(store, number(execution), progress=progress)
    if as_json:
        print_json(
            {
                "execution": made.number,
                "seconds": made.seconds,
                "reproduced": found.of,
                "identical": found.identical,
                "within_noise": found.within_noise,
                "sentence": found.sentence,
                **{k: v for k, v in to_json(found).items() if k not in ("of", "retrained")},
            }
        )
        return
    _print(found, made.number)


def _print(found: Reproduction, made: int) -> None:
    say(found.sentence)
    for note in found.notes:
        say(f"Note: {note}")
    say(f"Outputs: {outputs_said(found)}.")
    took = f"{found.seconds_now:.1f} s, {found.seconds_then:.1f} s then"
    say(f"It took {took}. Recorded as execution #{made}.")
    if found.moved:
        say("")
        rows = [(m.name, m.then, m.now, signed(m.difference), _noise(m)) for m in found.moved]
        print_table(("figure", "then", "now", "difference", "noise"), rows)
    if found.environment:
        say("")
        print_facts(list(found.environment), ("then", "now"))


def _noise(measured: Measured) -> str:
    return "" if measured.noise is None else band(measured.noise)
