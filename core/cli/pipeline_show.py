"""The command ``signoff pipeline show``."""

from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, print_table, say, workspace
from core.hints import Command, Hint
from core.records import to_json


def show(
    of: Annotated[
        str | None,
        typer.Argument(
            help="An alias, a version, a snapshot's name, or an execution such as '#12'. Default:"
            " what production was made from.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything, not only one way.")] = False,
    as_json: AsJson = False,
) -> None:
    """What something was made from: posts, snapshot, training, model, version, alias, endpoint."""
    from core.pipeline import provenance  # the pipeline itself needs none of what it loads

    whole = provenance.read(workspace(looking=True))
    way = provenance.way(whole) if of is None else provenance.wanted(whole, of)
    graph = whole if every else whole.ancestry(*way)
    if as_json:
        print_json(to_json(graph))
        return
    if not graph.nodes:
        say(Hint("No model has been trained yet.", Command("train", snapshot="SNAPSHOT")))
        return
    label = {node.id: node.label for node in graph.nodes}
    print_table(
        ("stage", "what", "made from", "in words", "stale because"),
        [
            (
                node.stage,
                node.label,
                ", ".join(label[start] for start, end in graph.edges if end == node.id) or "–",
                node.detail,
                node.stale or "–",
            )
            for node in graph.nodes
        ],
    )
