"""The command ``signoff topics``: subreddits in groups, for comparisons."""

from typing import Annotated

import typer

from core.cli.arguments import Number
from core.cli.output import AsJson, print_json, say, say_lines, workspace
from core.comparison.compare import evaluation_of
from core.comparison.topics import group_by_confusion, to_toml, topics_file, write_topics
from core.evaluation.evaluate import predictions
from core.executions.history import number


def register(app: typer.Typer) -> None:
    """Add this command to ``app``."""
    app.command("topics", rich_help_panel="Look")(topics)


def topics(
    execution: Number,
    write: Annotated[bool, typer.Option("--write", help="Write topics.toml, to edit it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Topic groups: subreddits that a model confuses, as a file to edit.

    If the project, or the workspace outside of one, contains topics.toml, comparisons use its
    groups.
    """
    store = workspace(looking=not write)
    table = predictions(store, evaluation_of(store, number(execution)))
    groups = group_by_confusion(table.label, table.first, table.vocabulary)
    path = topics_file(store.home)
    if write:
        write_topics(path, groups)
    if as_json:
        print_json({"groups": groups, "file": str(path), "written": write})
        return
    if write:
        say(f"Written: {path}. Edit it as you like.")
        return
    say_lines(to_toml(groups))
