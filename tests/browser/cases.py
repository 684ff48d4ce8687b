"""Workspaces with a candidate that waits: the demo, and a few subreddits of the real posts."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import demo_workspace, real_workspace, workspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``snapshot``: the newest one. ``first``, ``production``, ``waiting``: candidates.
    ``losses``: address of a pair of which the second loses a subreddit, nothing for the candidate
    that waits against production. ``by_precision``: whether the largest loss comes from posts of
    others that are taken for it. ``fails``: whether a gate fails on the candidate's sealed test.
    """

    home: Path
    snapshot: str
    first: int
    production: int
    waiting: int
    losses: str = ""
    by_precision: bool = False
    fails: bool = False


CASES = {
    "demo": lambda home: Case(
        home=home,
        snapshot="until-october",
        first=demo_workspace.FIRST,
        production=demo_workspace.PRODUCTION,
        waiting=demo_workspace.WAITING,
        losses=f"?baseline={demo_workspace.REJECTED}&candidate={demo_workspace.WAITING}",
        by_precision=True,
    ),
    "real": lambda home: Case(
        home=home,
        snapshot=real_workspace.NAME,
        first=real_workspace.FIRST,
        production=real_workspace.PRODUCTION,
        waiting=real_workspace.WAITING,
        by_precision=True,
        fails=True,
    ),
}
BUILT = {"demo": demo_workspace.built, "real": real_workspace.built}


def copied(name: str, factory: pytest.TempPathFactory, to: Path) -> Case:
    """A copy that a test may write to."""
    return CASES[name](workspaces.copied(BUILT[name](factory), to))
