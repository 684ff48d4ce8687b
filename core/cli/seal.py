"""Commands for the key that the test splits are sealed with."""

import typer

from core.cli.output import AsJson, print_json, print_table, progress_bar, say, workspace
from core.executions import get
from core.hints import Command, Hint
from core.snapshots import rotation
from core.snapshots.recognising import Fits
from core.words import count

OPENS = {
    Fits.PRESENT: "the current key",
    Fits.PREVIOUS: f"the previous key; finish the rotation: {Command('seal rotate')}",
    Fits.NONE: "none",
}

seal = typer.Typer(help="The key of the sealed test splits.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to ``app``."""
    app.add_typer(seal, name="seal", rich_help_panel="Maintain")


@seal.command("status")
def status(as_json: AsJson = False) -> None:
    """Which key opens the test split of each snapshot. Shows no posts, and is not an opening."""
    states = rotation.status(workspace(looking=True))
    if as_json:
        print_json(
            [
                {
                    "snapshot": state.snapshot.id,
                    "digest": state.snapshot.digest,
                    "key": state.fits,
                    "why": state.why,
                }
                for state in states
            ]
        )
        return
    if not states:
        say(Hint("Nothing is sealed yet. Freeze a snapshot.", Command("snapshot create")))
        return
    print_table(
        ("snapshot", "test posts", "opened by"),
        [(s.snapshot.id, s.snapshot.splits["test"], OPENS[s.fits]) for s in states],
    )
    for state in states:
        if state.why:
            say(state.why)


@seal.command("rotate")
def rotate(as_json: AsJson = False) -> None:
    """Seal every test split with a new key. Run it again to finish an interrupted rotation.

    Where SIGNOFF_SEAL_KEY gives the key, set it to the new one, and SIGNOFF_SEAL_KEY_PREVIOUS to
    the one before.
    """
    store = workspace()
    with progress_bar() as progress:
        made = rotation.rotate(store, progress=progress)
    if as_json:
        print_json(
            {
                "execution": made.execution,
                "seconds": get(store, made.execution).seconds,
                "key": made.key.where,
                "resealed": [snapshot.id for snapshot in made.resealed],
                "left": [snapshot.id for snapshot in made.left],
            }
        )
        return
    say(
        f"{count(len(made.resealed), 'test split')} sealed with the new key (execution"
        f" #{made.execution}). It is in {made.key.where}: back it up, because nothing else opens"
        " them."
    )
    for snapshot in made.left:
        say(f"Unchanged, because no key here opens it: {snapshot.id}")
