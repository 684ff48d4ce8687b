"""What commands that make or list trainings say of them."""

from core.cli.output import say
from core.hints import Command, Hint
from core.release.identity import baseline_for
from core.store import Store


def say_next(store: Store, training: int) -> None:
    """What to compare a new training with; nothing where it is the only one."""
    baseline = baseline_for(store, training)
    if baseline is not None:
        say(Hint("Next.", Command("compare", baseline, training)))
