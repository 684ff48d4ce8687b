"""What comes next in a workspace where no candidate has been proposed yet."""

from collections.abc import Sequence

from core.executions.history import listing
from core.hints import Command
from core.release.identity import Known
from dashboard import components as c
from dashboard import data


def offer_next(said: str, own: Sequence[Known]) -> None:
    """The first step that was not taken: to import posts, to train, or to propose.

    Args:
        said: what there is not, as a sentence.
        own: the trainings that somebody asked for, newest first.
    """
    if own:
        propose = Command("release propose", own[0].number)
        c.empty(f"{said} Propose a training, such as the newest:", propose)
    elif listing(data.store(), limit=1):
        c.empty(f"{said} Train a model first:", Command("train", snapshot="SNAPSHOT"))
    else:
        c.empty(f"{said} Import posts first:", Command("import", "FOLDER"))
