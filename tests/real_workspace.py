"""A workspace of a few subreddits of the real posts, built once a run and copied for tests that
write: an older version, one in production, and a candidate that waits.
"""

import re
from pathlib import Path

import pytest

from core.collect.files import import_files
from core.evaluation.evaluate import evaluate
from core.release import aliases, events, openings, review
from core.release.policy import DEFAULT
from core.settings import settings
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.store.snapshots import Snapshot
from core.training.linear_family import LinearFamily
from core.training.train import train
from tests import workspaces
from tests.factories import by, set_policy

FIRST, PRODUCTION, WAITING = 3, 7, 13
"""The candidates of this workspace; the first one was in production before."""
FILES = 25
NAME = "real"
_SMALL = {"epoch": "3", "dim": "16", "bucket": "50000"}
_FEW = 3000
"""So few posts for the candidate that it loses some subreddits, and wins others."""
_LIMITS = {"margin": 0.1, "share": 0.6, "ks": 0.5, "epsilon": 0.1}
"""Of a policy for test splits as small as this one's."""


def built(factory: pytest.TempPathFactory) -> Path:
    """The folder of the finished workspace, the same one for all processes of this run."""
    folder = settings().shared_posts
    found = sorted(folder.glob("*.csv.gz"))[:FILES] if folder.is_dir() else []
    if len(found) < FILES:
        pytest.skip(f"no real posts in {folder}: set SIGNOFF_SHARED_POSTS to where they are")
    return workspaces.once(factory, "real-workspace", lambda home: _build(home, found))


def _build(home: Path, files: list[Path]) -> None:
    store = open_store(home)
    import_files(store, files)
    snapshot, _ = create(store, Rules(), name=NAME)
    policy = DEFAULT
    for key, value in _LIMITS.items():
        policy = re.sub(rf"(?m)^{key} = .*", f"{key} = {value}", policy)
    set_policy(store, policy)
    for params, note in ((_SMALL, "First model."), ({}, "Longer vectors, more epochs.")):
        number = _trained(store, snapshot, "fasttext", params)
        _released(store, number, note=note)
    number = _trained(store, snapshot, LinearFamily.name, {}, newest=_FEW)
    with by("carol"):
        review.propose(store, number, note="The newest posts only.")
    store.engine.dispose()


def _trained(
    store: Store, snapshot: Snapshot, model: str, params: dict[str, str], newest: int | None = None
) -> int:
    made = train(store, snapshot, model=model, params=params, newest=newest, threads=1)
    evaluate(store, made, snapshot)
    return made.execution


def _released(store: Store, number: int, *, note: str) -> None:
    with by("carol"):
        review.propose(store, number, note=note)
    with by("bob"):
        openings.open_test(store, number, reason="Before the decision.")
        approval = review.approve(store, number, comment="Better than what we had.")
        for alias in (events.STAGING, events.PRODUCTION):
            before = aliases.current(store).get(alias)
            aliases.move(store, alias, approval.version or "", expected=before, comment=note)
